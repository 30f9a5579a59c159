"""The pages in English: no Chinese but names and what people wrote, nothing sticks out, nobody is shut out (axe)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from baohou.guarantee.models import (
    GradeChange,
    Guarantee,
    Measure,
    MeasureAction,
    Proposal,
    SpecialOrder,
    Visit,
)
from baohou.kernel.accountability.models import Entry
from baohou.kernel.approvals import models as approvals
from baohou.kernel.hooks.models import Hook
from baohou.kernel.parties.districts import district_of
from baohou.kernel.parties.models import Account, Contact, Party
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.rulebook.models import Clause, Parameter, ParameterException, RuleSet, RuleVersion
from tests.browser.conftest import DESK, PHONE
from tests.browser.pages import PAGES, Company, Opened
from tests.browser.test_every_page import company, faults_of, log_in, picture

__all__ = ["company"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKED_AT_TWICE: Final = (
    "home",
    "plan.department",
    "grading.table",
    "clients",
    "clients.one",
    "risk",
    "overview",
    "approvals",
    "approvals.one",
    "notices",
    "notices.mine",
    "audit.act",
)
"""The pages that are looked at on a phone, too, and by axe; the words of all are read on the desk."""
WRITTEN: Final = {
    Staff: ("name",),
    Department: ("name",),
    Party: ("name",),
    Contact: ("name",),
    Account: ("bank", "holder"),
    Guarantee: ("product", "bank"),
    Visit: ("summary", "methods", "findings"),
    GradeChange: ("because",),
    Proposal: ("because",),
    SpecialOrder: ("because",),
    Measure: ("text",),
    MeasureAction: ("text",),
    approvals.Proposal: ("because",),
    Hook: ("name",),
    RuleSet: ("title",),
    RuleVersion: ("name", "reference", "adopted_by"),
    Clause: ("title", "text", "reference"),
    Parameter: ("reference",),
    ParameterException: ("label", "reference"),
}
"""What people and laws have written: it stays as it is."""
_CHINESE: Final = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_TEXTS: Final = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!at || at.closest('script, style, textarea, [lang=zh-hans]')) continue;
    if (walk.currentNode.data.trim()) found.push(walk.currentNode.data.trim());
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'data-label', 'alt'])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  found.push(document.title);
  return found;
}"""


@pytest.mark.parametrize(("screen", "size"), [("desk", DESK), ("phone", PHONE)])
def test_pages_speak_english_and_fit(
    chromium: Browser, live_server: LiveServer, company: Company, screen: str, size: dict[str, int]
) -> None:
    """Each page in English: what is no name and no text of people is English; it fits the screen, and axe agrees."""
    wrong: list[str] = []
    for post in Post:
        pages = [page for page in PAGES if page.by == post and (screen == "desk" or page.name in LOOKED_AT_TWICE)]
        if not pages:
            continue
        context = chromium.new_context(viewport=size, base_url=live_server.url, locale="en-GB")
        window = context.new_page()
        log_in(window, company.holders[post])
        context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        for page in pages:
            wrong += _look(window, page, company, screen)
        context.close()
    assert wrong == [], "\n".join(wrong)


def _look(window: Page, page: Opened, company: Company, screen: str) -> list[str]:
    answer = window.goto(page.path(company))
    if answer is None or answer.status != 200:
        return [f"{page.name}: {answer and answer.status}"]
    own = sorted(_own_words(), key=len, reverse=True)
    wrong = [f"{page.name}: {text}" for text in sorted(set(window.evaluate(_TEXTS))) if _is_left(text, own)]
    if page.name in LOOKED_AT_TWICE:
        wrong += faults_of(window, page.name)
    picture(window, f"en-{screen}", page.name)
    return wrong


def _is_left(text: str, own: list[str]) -> bool:
    """Whether a text is Chinese in more than names and what people wrote."""
    if not _CHINESE.search(text):
        return False
    if text.endswith("...") and any(word.startswith(text[:-3]) for word in own):
        return False
    for word in own:
        text = text.replace(word, "")
    return bool(_CHINESE.search(text))


def _own_words() -> set[str]:
    """What stands in the database because somebody is called so, or wrote it; places of clients, names of languages."""
    found = {
        text
        for model, names in WRITTEN.items()
        for row in model._default_manager.values_list(*names)
        for text in _texts(row)
    }
    found |= {district_of(one).name for one in Party.objects.values_list("id_no", flat=True)}
    found |= set(Entry.objects.filter(act__isnull=False).values_list("because", flat=True))
    found |= {str(one) for one in Staff.objects.all()}
    found |= {title for _, title in settings.LANGUAGES}
    return {text for text in found if _CHINESE.search(text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (line.strip() for line in value.splitlines())
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, list | tuple):
        yield from (text for one in value for text in _texts(one))
