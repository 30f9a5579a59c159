"""Handing over in a real browser: ticks from the keyboard, both signatures, and nothing that keeps anyone out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from baohou.guarantee.models import HandOver, Visit
from baohou.kernel.papers.models import Volume
from tests.browser.conftest import DESK, PHONE, Sit
from tests.browser.steps import tick_received, unsound
from tests.cast import Portfolio
from tests.desk.reading import department_id
from tests.desk.test_hand_over_pages import quarter_visits

__all__ = ["quarter_visits"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.11")]


def test_from_the_first_tick_to_the_volume(evening: Portfolio, quarter_visits: list[Visit], sit: Sit) -> None:
    """钱丙 ticks from the keyboard, gives all and signs; 孙戊 receives all and signs; every page is sound, on a desk and on a phone."""
    giver, wrong = sit(evening.cast.manager), []
    at = f"/handover/2026Q3/{department_id('业务一部')}/"
    giver.goto(at)
    wrong += unsound(giver)
    giver.get_by_role("button", name="列出清单").click()
    expect(giver.locator("[data-ticked]")).to_have_text("0")
    giver.keyboard.press("j")
    giver.keyboard.press("x")
    giver.keyboard.press("j")
    giver.keyboard.press("Space")
    expect(giver.locator("[data-ticked]")).to_have_text("2")
    giver.get_by_label("页数").first.fill("6")
    wrong += unsound(giver)
    giver.get_by_role("button", name="移交所选").click()
    expect(giver.get_by_role("status").filter(has_text="已移交 2 份")).to_be_visible()
    giver.get_by_role("button", name="全部移交").click()
    giver.get_by_role("link", name="签字移交").click()
    expect(giver.get_by_role("heading", level=1)).to_contain_text("签字移交 业务一部")
    wrong += unsound(giver)
    giver.get_by_role("button", name="签字移交").click()
    expect(giver.get_by_role("heading", level=1)).to_contain_text("已签字移交")
    assert HandOver.objects.get().filing is not None
    receiver = sit(evening.cast.supervisor)
    receiver.goto(at)
    tick_received(receiver, 3)
    wrong += unsound(receiver)
    receiver.get_by_role("button", name="签收归档").click()
    receiver.get_by_role("link", name="BHHF-2026Q3-业务一部-01").first.click()
    expect(receiver.get_by_role("heading", level=1)).to_contain_text("在 3号柜")
    volume = Volume.objects.get()
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
            wrong += unsound(page)
    assert wrong == []
