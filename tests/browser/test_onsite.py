"""The visit on site on a phone: filled in without a network, signed on the glass, sent once when the network is back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from baohou.guarantee.models import ManagerAppointment, Visit, VisitSubmission, VisitUpload
from baohou.kernel.papers.models import Attachment, Seal, Signature
from baohou.kernel.people.models import Post, Posting
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import answer, is_kept_here, photo, ready, serious, sign, until
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SITE = "实地查看生产场所、盘点实物、查看有关账务"


@pytest.fixture(autouse=True)
def no_answer_is_no_fault(sit: Sit, wrong: list[str]) -> Iterator[None]:
    """The browser itself says of each request that it failed or was refused; here that is what is tried."""
    yield
    wrong[:] = [said for said in wrong if not said.startswith("Failed to load resource")]


def show(page: Page, name: str) -> None:
    """Leave a picture of the page where BAOHOU_PICTURES says."""
    if folder := os.environ.get("BAOHOU_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fill(page: Page) -> None:
    """What 李乙 writes down of the routine visit of BH-2026-002, with a photo and the client's signature."""
    page.get_by_label(SITE, exact=True).check()
    page.get_by_label(f"{SITE}：了解到的情况").fill("库存与账面相符")
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    answer(page)
    page.get_by_label("回访结论").fill("借款按约定使用")
    page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-shots] img")).to_have_count(1)
    sign(page)
    page.get_by_label("签字人姓名").fill("王总")


@pytest.mark.clause("PGM.3a", "PGM.6", "PGM.11")
def test_a_visit_is_filled_in_without_a_network_and_sent_once(evening: Portfolio, sit: Sit) -> None:
    """李乙 takes the forms along on 2026-10-20, has no network at the client's, comes back: stored once, duty gone."""
    page = sit(evening.cast.b, PHONE, offline=True)
    page.goto("/onsite/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="带到现场（离线可用）").click()
    expect(page.get_by_text("都带上了")).to_be_visible()
    show(page, "1-taken")
    page.reload()
    page.context.set_offline(True)
    page.locator("li", has_text="东方钢铁").get_by_role("link", name="记回访").first.click()
    ready(page)
    expect(page.locator("[data-outbox]")).to_contain_text("没有网络")
    page.get_by_label("回访类别").select_option("routine")
    page.get_by_label("担保项目").select_option("BH-2026-002")
    page.get_by_label("回访日期").fill("2026-10-20")
    page.get_by_label("约见方式").select_option("phone")
    fill(page)
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("登记约见，日期、对象、方式都要填")).to_have_count(2)
    page.get_by_label("约见日期").fill("2026-10-19")
    page.get_by_label("约见对象").fill("林总")
    show(page, "2-filled-offline")
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_role("heading", name="已存好，待发送")).to_be_visible()
    show(page, "3-queued")
    assert not Visit.objects.filter(client=evening.steel).exists()
    page.goto("/onsite/")
    expect(page.locator("[data-queue]")).to_contain_text("待发送")
    show(page, "4-queue-offline")
    page.context.set_offline(False)
    expect(page.locator("[data-queue]")).to_contain_text("已发送")
    page.locator("[data-queue]").get_by_role("link", name="看报告").click()
    expect(page.get_by_text("已封存，未被改动")).to_be_visible()
    expect(page.locator(".signed")).to_be_visible()
    expect(page.get_by_text("2026-10-19 电话 林总")).to_be_visible()
    assert page.locator(".shots img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600
    show(page, "5-report")
    assert serious(page) == []
    visit = Visit.objects.get(client=evening.steel)
    assert Attachment.objects.count() == Signature.objects.count() == Seal.objects.count() == 1
    assert visit.guarantee == evening.second
    assert not VisitUpload.objects.exists()
    page.goto("/")
    expect(page.locator("tr[data-row]", has_text="BH-2026-002")).to_have_count(0)


def test_an_answer_lost_on_the_way_is_asked_for_again_and_nothing_stored_twice(evening: Portfolio, sit: Sit) -> None:
    """The server stored the visit, its answer was lost: the phone sends again, one visit stands."""
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    lost: list[str] = []

    def lose(route: object) -> None:
        if not lost:
            lost.append("answer")
            route.fetch()  # type: ignore[attr-defined]
            route.fulfill(status=503, body="")  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route(
        re.compile(r"/visit/$"), lambda route: lose(route) if route.request.method == "POST" else route.continue_()
    )
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("服务器现在没有答复")).to_be_visible()
    assert VisitSubmission.objects.count() == 1
    page.get_by_role("link", name="看待发送的").click()
    expect(page.locator("[data-queue]")).to_contain_text("已发送")
    assert Visit.objects.filter(client=evening.steel).count() == 1


def test_a_report_pressed_twice_after_a_lost_answer_is_known_as_stored(evening: Portfolio, sit: Sit) -> None:
    """Its answer was lost. With another sentence it is refused, with a way to what is stored; taken up again and sent
    as it was, it counts as sent."""
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    stored: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        if not stored:
            stored.append(route.fetch().json()["url"])
        route.fulfill(status=503, body="")

    page.route(re.compile(r"/visit/$"), lose)
    for again in range(2):
        page.get_by_role("button", name="记下这次回访").click()
        expect(page.get_by_text("服务器现在没有答复")).to_be_visible()
        page.get_by_role("button", name="再改一改").click()
        if again:
            page.reload()
            ready(page)
    page.get_by_label("回访结论").fill("借款按约定使用，又想起一句")
    page.unroute(re.compile(r"/visit/$"))
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.locator("[data-refused]")).to_contain_text("已经送到过")
    expect(page.get_by_role("link", name="打开那份报告")).to_have_attribute("href", re.compile(stored[0]))
    page.get_by_label("回访结论").fill("借款按约定使用")
    page.get_by_role("button", name="记下这次回访").click()
    page.wait_for_url(re.compile(stored[0]))
    assert Visit.objects.filter(client=evening.steel).count() == 1


def test_a_draft_is_there_again_after_the_page_was_closed(evening: Portfolio, sit: Sit) -> None:
    """Words, photo and strokes; and whoever is logged out is told and loses nothing."""
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    is_kept_here(page)
    page.goto("/clients/")
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    expect(page.get_by_text("接着写")).to_be_visible()
    expect(page.get_by_label("借款使用情况")).to_have_value("购入钢坯，与合同一致")
    expect(page.locator("[data-shots] img")).to_have_count(1)
    assert serious(page) == []
    inked = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter(Boolean).length"
    )
    wide = "[...document.querySelectorAll('[data-sign] canvas')].every(canvas => canvas.width > 300)"
    before = page.locator("[data-sign] canvas").evaluate(inked)
    page.set_viewport_size({"width": 300, "height": 844})
    until(page, f"!{wide}")
    page.set_viewport_size(PHONE)
    until(page, wide)
    after = page.locator("[data-sign] canvas").evaluate(inked)
    assert before > 1000
    assert abs(after - before) < before / 10
    page.context.clear_cookies()
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    show(page, "6-logged-out")
    page.get_by_role("link", name="重新登录").click()
    page.get_by_label("工号").fill("B01")
    page.get_by_label("密码").fill("bao-hou-demo")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("[data-queue]")).to_contain_text("已发送")
    assert Visit.objects.filter(client=evening.steel).count() == 1


def test_the_second_of_two_is_told_and_keeps_the_draft(evening: Portfolio, sit: Sit) -> None:
    """张甲 and 李乙 both write the same routine visit down; the second is led to the first's report."""
    pages = [sit(evening.cast.a), sit(evening.cast.b)]
    for page in pages:
        page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
        ready(page)
        fill(page)
    show(pages[0], "7-desk-form")
    pages[0].get_by_role("button", name="记下这次回访").click()
    pages[0].wait_for_url(re.compile(r"/visits/\d+/$"))
    show(pages[0], "8-desk-report")
    pages[1].get_by_role("button", name="记下这次回访").click()
    expect(pages[1].get_by_text("已由张甲记录")).to_be_visible()
    expect(pages[1].get_by_label("借款使用情况")).to_have_value("购入钢坯，与合同一致")
    pages[1].get_by_role("link", name="打开那份报告").click()
    pages[1].get_by_label("补充或更正的内容").fill("另见库存盘点表")
    pages[1].get_by_role("button", name="加上这条补充").click()
    expect(pages[1].locator("#added")).to_contain_text("另见库存盘点表")
    code = Seal.objects.get().code
    pages[1].goto(f"/check/?code={code.lower().replace('-', ' ')}")
    expect(pages[1].get_by_role("heading", level=1)).to_contain_text("未被改动")
    show(pages[1], "9-check")


def test_a_full_device_is_told_at_once_and_the_page_keeps_what_was_typed(
    evening: Portfolio, sit: Sit, wrong: list[str]
) -> None:
    """The phone's store is full when 李乙 adds a photo: the form says so, and its words still stand on the page."""
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    full = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    page.evaluate(full)
    page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-refused]")).to_contain_text("这台设备存不下了")
    expect(page.get_by_label("借款使用情况")).to_have_value("购入钢坯，与合同一致")
    expect(page.get_by_role("button", name="记下这次回访")).to_be_enabled()
    assert "full" in wrong
    page.close()
    wrong[:] = [said for said in wrong if said != "full"]  # the words that wait to be kept are refused as well


def test_photos_never_share_a_name_and_a_thrown_away_draft_stays_away(evening: Portfolio, sit: Sit) -> None:
    """Two photos, the first taken off, one more: 照片2 and 照片3; then the draft is thrown away from the list."""
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    for count in (1, 2):
        page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
        expect(page.locator("[data-shots] img")).to_have_count(count)
    page.get_by_role("button", name="移除照片1.jpg").click()
    expect(page.locator("[data-shots] img")).to_have_count(1)
    page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-shots] img")).to_have_count(2)
    names = page.locator("[data-shots] img").evaluate_all("images => images.map((image) => image.alt)")
    assert names == ["照片2.jpg", "照片3.jpg"]
    page.goto("/onsite/")
    page.once("dialog", lambda asked: asked.accept())
    page.locator("[data-queue]").get_by_role("button", name="删除").click()
    expect(page.locator("[data-queue] li")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-queue-empty]")).to_be_visible()


@pytest.mark.clause("PGM.11")
@pytest.mark.parametrize("allowed", [True, False])
def test_the_place_is_written_down_where_it_is_allowed(evening: Portfolio, sit: Sit, *, allowed: bool) -> None:
    """Granted: the report shows the place, to six decimals. Denied: the form says so, and the report goes without."""
    page = sit(evening.cast.b, PHONE)
    if allowed:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": 30.2741512, "longitude": 120.1551491, "accuracy": 12})
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    page.get_by_role("button", name="记下位置").click()
    said = "北纬 30.274151，东经 120.155149（约 12 米以内）" if allowed else "没有得到位置"
    expect(page.locator("[data-place-said]")).to_contain_text(said)
    show(page, f"10-place-{allowed}")
    page.get_by_role("button", name="记下这次回访").click()
    page.wait_for_url(re.compile(r"/visits/\d+/$"))
    sent = VisitSubmission.objects.get()
    assert (str(sent.latitude), str(sent.longitude)) == (("30.274151", "120.155149") if allowed else ("None", "None"))
    expect(page.get_by_text("30.274151, 120.155149")).to_have_count(1 if allowed else 0)
    expect(page.get_by_text("已封存，未被改动")).to_be_visible()


@pytest.mark.parametrize("status", [503, 429])
def test_a_photo_that_fails_goes_again_by_itself(evening: Portfolio, sit: Sit, status: int) -> None:
    """The server fails at the second of two photos, or asks to wait: that one is sent again, one visit has both."""
    page = sit(evening.cast.b, PHONE)
    page.route("**/visit/draft/", lambda route: route.abort())  # else the photos may be there before it is sent
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    page.locator("input[capture]").set_input_files(
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo((1200, 900))}
    )
    expect(page.locator("[data-shots] img")).to_have_count(2)
    asked: list[int] = []

    def fail_the_second(route: Route) -> None:
        asked.append(len(asked) + 1)
        if len(asked) == 2:
            route.fulfill(status=status, body="")
        else:
            route.continue_()

    page.route(re.compile(r"/visit/files/$"), fail_the_second)
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("服务器现在没有答复")).to_be_visible()
    assert not Visit.objects.filter(client=evening.steel).exists()
    page.get_by_role("link", name="看待发送的").click()
    expect(page.locator("[data-queue]")).to_contain_text("已发送")
    assert Visit.objects.filter(client=evening.steel).count() == 1
    assert Attachment.objects.count() == 2
    assert len(asked) == 4, "two photos, the signature, and the one that failed again"


def test_what_the_server_may_never_take_says_so_and_can_be_copied(evening: Portfolio, sit: Sit) -> None:
    """李乙's client went to 吴外 long before the day of the visit, or his post changed: neither is a log-in that ended.

    The draft stays, and its text can be copied for whoever manages the client now.
    """
    page = sit(evening.cast.b, PHONE)
    page.goto(f"/clients/{evening.steel.pk}/visit/?kind=routine&guarantee={evening.second.pk}")
    ready(page)
    fill(page)
    page.get_by_label("回访日期").fill("2026-10-19")
    outsider = evening.cast.outsider
    for guarantee in (evening.first, evening.second):
        ManagerAppointment.objects.create(
            guarantee=guarantee, manager_a=outsider, manager_b=None, effective_on=date(2026, 10, 1)
        )
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.locator("[data-refused]")).to_contain_text("回访日那天也不归您管")
    page.goto("/onsite/")
    expect(page.get_by_role("textbox", name="复制内容")).to_have_value(re.compile("借款使用情况：购入钢坯"))
    show(page, "10-not-taken")
    Posting.objects.create(
        staff=evening.cast.b, post=Post.CLERK, department=evening.first.department, effective_on=date(2026, 10, 15)
    )
    page.get_by_role("button", name="重试").click()
    expect(page.locator("[data-outbox]")).to_contain_text("您现在的岗位不能记录回访")
    page.close()  # it would ask again, and be told in the console that it is not let in
    assert not Visit.objects.filter(client=evening.steel).exists()
