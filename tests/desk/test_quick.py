"""Templates read by the quick parser say what Django's own say: every page, byte by byte, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.template import Context, Engine, engines
from django.template.loaders.cached import Loader
from django.test import Client
from django.urls import clear_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.safestring import SafeString

from baohou.core.period import Quarter
from baohou.desk import quick
from baohou.kernel.duties.models import Duty
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import department_id

NEW_EACH_TIME = re.compile(
    r'(?<=class="num">)[0-9A-Z]{4}-[0-9A-Z]{4}(?=</span></p>)'
    r"|[A-Za-z0-9]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|\d\d:\d\d(:\d\d)?"
)
"""The number of a request, tokens against forged forms, keys of forms, the time of day."""


pytestmark = pytest.mark.django_db


def _addresses(portfolio: Portfolio) -> list[str]:
    """Lists, grids, forms, a client, a duty's tree, and pages that refuse."""
    client, department = f"/clients/{portfolio.steel.pk}", department_id("业务一部")
    duty = Duty.objects.filter(party=portfolio.steel)[0]
    return [
        *(
            "/",
            "/?kind=hand_over",
            "/calendar/",
            "/clients/",
            "/clients/?q=dfgt&grade=normal",
            "/duties/",
            "/penalties/",
        ),
        *(
            f"{client}/",
            f"{client}/visit/",
            f"{client}/grade/",
            f"{client}/measure/2026Q3/",
            f"/duties/{duty.key}/why/",
        ),
        *("/plan/", f"/plan/2026Q4/{department}/", f"/plan/2026Q4/{department}/?view=load", "/reports/2026Q3/"),
        *(f"/reports/2026Q3/{department}/", "/grading/", f"/grading/2026Q3/{department}/", "/handover/", "/archive/"),
        *("/appeals/", "/risk/", "/overview/", "/rules/", "/people/", "/runs/", "/audit/", "/notices/", "/outbox/"),
        *("/imports/", "/system/", "/clients/999999/", "/nowhere/"),
    ]


@pytest.fixture
def plain_loader() -> Loader:
    """Django's own, with the templates that it has read."""
    return Loader(engines["django"].engine, ["django.template.loaders.app_directories.Loader"])


@contextmanager
def read_by(loader: Loader) -> Iterator[None]:
    """Templates are read by another loader."""
    engine: Engine = engines["django"].engine
    usual = engine.template_loaders
    try:
        engine.template_loaders = [loader]
        yield
    finally:
        engine.template_loaders = usual


def _said(browser: Client, address: str) -> str:
    """A page without what is new each time."""
    return NEW_EACH_TIME.sub("·", browser.get(address, follow=True).content.decode())


def test_pages_say_the_same_byte_by_byte(evening: Portfolio, enter: Enter, plain_loader: Loader) -> None:
    """As the risk manager reads them in Chinese and the department's manager in English."""
    seen, unlike = 0, []
    browsers = {"zh-hans": enter(evening.cast.risk_manager), "en": enter(evening.cast.manager)}
    for language, browser in browsers.items():
        browser.cookies["django_language"] = language
        for address in _addresses(evening):
            quickly = _said(browser, address)
            with read_by(plain_loader):
                plainly = _said(browser, address)
            seen += len(quickly) > 5000
            if quickly != plainly:
                unlike.append(f"{language} {address}")
    assert not unlike
    assert seen > 40, "pages were compared, not refusals"


class Row:
    """Something whose name is a property, with a method and an item."""

    plain = "<b>"
    many = (1, 2)
    safe = SafeString("<i>")
    nothing = None

    def method(self) -> str:
        return "called"

    @property
    def broken(self) -> str:
        raise AttributeError("broken")


CASES = (
    "{{ row.plain }}{{ row.safe }}{{ row.many.1 }}{{ row.nothing }}{{ row.method }}",
    "{{ row.missing }}|{{ nobody.x }}|{{ number }}|{{ share }}|{{ yes }}|{{ words.first }}|{{ words.items|length }}",
    "{% autoescape off %}{{ row.plain }}{{ number }}{% load i18n %}{% translate '客户' %}{% endautoescape %}",
    "{% load i18n %}{% translate '客户' %}{% translate row.plain %}{% translate '客户' as said %}{{ said }}",
    "{% url 'clients.one' number %}{% url 'clients.one' pk=number %}{% url 'home' %}{% url 'nobody' as it %}[{{ it }}]",
    "{% url 'reports.department' quarter number %}{% url 'reports.department' '2026Q3' 7 %}",
    "{% for row in rows %}{{ forloop.counter }}{{ row }}{% cycle 'a' 'b' %}{% ifchanged row %}!{% endifchanged %}{% endfor %}",
    "{% load desk %}{% icon 'bell' %}{% icon name %}{% if row.missing %}a{% elif number == 7 %}b{% endif %}",
)


@pytest.mark.parametrize("source", CASES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_quick_is_what_django_says(source: str, language: str) -> None:
    """Escaping, what is missing, methods, numbers, languages, addresses of any shape, loops that count their turns."""
    engine = engines["django"].engine
    holds: dict[str, Any] = {"row": Row(), "number": 7, "share": 0.5, "yes": True, "words": {"first": "&"}}
    holds |= {"quarter": Quarter(2026, 3), "rows": [3, 3, 4], "name": "x"}
    with translation.override(language):
        plainly = engine.from_string(source).render(Context(holds))
        read = quick.QuickTemplate(source, engine=engine)
        assert [read.render(Context(holds)) for _ in range(2)] == [plainly, plainly]


def test_an_address_is_of_where_the_site_stands() -> None:
    """Under a path of its own the addresses begin with it; a page nobody has is refused as Django refuses it."""
    assert quick.address("clients.one", 5) == reverse("clients.one", args=[5]) == "/clients/5/"
    set_script_prefix("/baohou/")
    try:
        assert quick.address("clients.one", 5) == "/baohou/clients/5/"
    finally:
        clear_script_prefix()
    assert quick.address("clients.one", 6) == "/clients/6/"
    for name, of in (("clients.one", -1), ("clients.one", "x"), ("nobody", 1)):
        with pytest.raises(Exception, match="Reverse for"):
            quick.address(name, of)
