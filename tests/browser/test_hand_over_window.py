"""Handing over in a real browser: ticks from the keyboard, both signatures, and nothing that keeps anyone out."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from baohou.guarantee.models import HandOver, Visit
from baohou.kernel.papers.models import Volume
from tests.browser.conftest import DESK, PHONE, Sit
from tests.cast import Portfolio
from tests.desk.reading import department_id
from tests.desk.test_hand_over_pages import quarter_visits

__all__ = ["quarter_visits"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.11")]


def _sound(page: Page) -> list[str]:
    """What axe finds serious or critical on a page, and how much wider than its window the page is."""
    found = Axe().run(page).response["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    wrong = [f"{page.url} {one['id']}" for one in found if one["impact"] in ("serious", "critical")]
    return wrong + ([f"{page.url} {over}px"] if over > 0 else [])


def test_from_the_first_tick_to_the_volume(evening: Portfolio, quarter_visits: list[Visit], sit: Sit) -> None:
    """钱丙 ticks from the keyboard, gives all and signs; 孙戊 receives all and signs; every page is sound, on a desk and on a phone."""
    giver, wrong = sit(evening.cast.manager), []
    at = f"/handover/2026Q3/{department_id('业务一部')}/"
    giver.goto(at)
    wrong += _sound(giver)
    giver.get_by_role("button", name="列出清单").click()
    expect(giver.locator("[data-ticked]")).to_have_text("0")
    giver.keyboard.press("j")
    giver.keyboard.press("x")
    giver.keyboard.press("j")
    giver.keyboard.press("Space")
    expect(giver.locator("[data-ticked]")).to_have_text("2")
    giver.get_by_label("页数").first.fill("6")
    wrong += _sound(giver)
    giver.get_by_role("button", name="移交所选").click()
    expect(giver.get_by_role("status").filter(has_text="已移交 2 份")).to_be_visible()
    giver.get_by_role("button", name="全部移交").click()
    giver.get_by_role("link", name="签字移交").click()
    wrong += _sound(giver)
    giver.get_by_role("button", name="签字移交").click()
    assert HandOver.objects.get().filing is not None
    receiver = sit(evening.cast.supervisor)
    receiver.goto(at)
    receiver.get_by_label("本页全选").check()
    expect(receiver.locator("[data-ticked]")).to_have_text("3")
    receiver.get_by_role("button", name="点收所选").click()
    receiver.get_by_role("link", name="签收归档").click()
    receiver.get_by_label("柜号").fill("3号柜")
    wrong += _sound(receiver)
    receiver.get_by_role("button", name="签收归档").click()
    receiver.get_by_role("link", name="BHHF-2026Q3-业务一部-01").first.click()
    volume = Volume.objects.get()
    expect(receiver.get_by_role("heading", level=1)).to_contain_text("在 3号柜")
    for page, screen in ((receiver, DESK), (sit(evening.cast.supervisor, PHONE), PHONE)):
        page.set_viewport_size(screen)
        for address in (
            "/handover/?part=all",
            f"{at}?part=all",
            "/archive/",
            f"/archive/{volume.pk}/",
            "/archive/rule/",
        ):
            page.goto(address)
            wrong += _sound(page)
    assert wrong == []
