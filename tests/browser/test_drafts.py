"""Drafts of visits in real browsers: kept on the server too, continued on another device and by whoever takes over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from baohou.guarantee.models import Visit, VisitDraft, VisitSubmission, VisitUpload
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.services import moves, submissions
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.models import Attachment, Seal, Signature
from baohou.kernel.people.models import Staff
from baohou.upkeep.closing import close, open_again
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import answer, comes_true, is_kept_here, photo, ready, serious, sign
from tests.cast import Portfolio
from tests.desk.conftest import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.2")]
SITE = "实地查看生产场所、盘点实物、查看有关账务"
INK = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter(Boolean).length"


@pytest.fixture(autouse=True)
def no_answer_is_no_fault(sit: Sit, wrong: list[str]) -> Iterator[None]:
    """The browser itself says of each request that it failed or was refused; here that is what is tried."""
    yield
    wrong[:] = [said for said in wrong if not said.startswith("Failed to load resource")]


def form(page: Page, portfolio: Portfolio) -> None:
    """The form of the routine visit of BH-2026-001."""
    page.goto(f"/clients/{portfolio.steel.pk}/visit/?kind=routine&guarantee={portfolio.first.pk}")
    ready(page)


def begin(page: Page) -> None:
    """What 张甲 writes on the phone: words, a photo, the client's signature; no conclusion yet. The server has it."""
    page.get_by_label(SITE, exact=True).check()
    page.get_by_label(f"{SITE}：了解到的情况").fill("库存与账面相符")
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-shots] img")).to_have_count(1)
    sign(page)
    page.get_by_label("签字人姓名").fill("王总")
    is_kept(page)


def is_kept(page: Page) -> None:
    """The server says that it has the draft as it is now."""
    page.locator("[data-server-said]").evaluate("said => { said.textContent = ''; }")
    expect(page.locator("[data-server-said]")).to_contain_text("服务器上也存了一份")


def hand_over(portfolio: Portfolio, leaver: Staff, to: Staff) -> None:
    """钱丙 hands all of somebody's work over."""
    choices = {one.guarantee.pk: (to.pk if one.as_a else None, None) for one in list_holdings(leaver, on=TODAY)} | {
        portfolio.released.pk: (to.pk, None)
    }
    told = {"because": "离职", "today": TODAY, "actor": "M01", "door": "page"}
    moves.move_work(staff=leaver, effective_on=TODAY, choices=choices, **told)  # type: ignore[arg-type]


@pytest.mark.clause("PGM.11")
def test_a_draft_goes_from_device_to_device_and_to_whoever_takes_over(evening: Portfolio, sit: Sit) -> None:
    """张甲 begins on the phone, goes on at the desk; the work is handed over, 李乙 finds it on the phone and sends it."""
    cast = evening.cast
    phone = sit(cast.a, PHONE)
    form(phone, evening)
    begin(phone)
    desk = sit(cast.a)
    desk.goto("/onsite/")
    row = desk.locator("[data-server-draft]", has_text="东方钢铁")
    expect(row).to_contain_text("照片和文件 1 个")
    assert serious(desk) == []
    form(desk, evening)
    expect(desk.get_by_text("接着写")).to_be_visible()
    expect(desk.get_by_label("借款使用情况")).to_have_value("购入钢坯，与合同一致")
    expect(desk.locator("[data-shots] img")).to_have_count(1)
    assert desk.locator("[data-sign] canvas").evaluate(INK) > 1000
    desk.get_by_label("借款使用情况").fill("购入钢坯和铁矿石")
    is_kept(desk)
    assert VisitDraft.objects.get().content["fields"]["found-site"] == "库存与账面相符"
    phone.reload()
    expect(phone.get_by_label("借款使用情况")).to_have_value("购入钢坯和铁矿石")

    hand_over(evening, cast.a, cast.b)
    other = sit(cast.b, PHONE)
    other.goto("/onsite/")
    row = other.locator("[data-server-draft]", has_text="由张甲移交")
    expect(row).to_be_visible()
    assert serious(other) == []
    row.get_by_role("link", name="接着写").click()
    ready(other)
    expect(other.get_by_label("借款使用情况")).to_have_value("购入钢坯和铁矿石")
    expect(other.locator("[data-shots] img")).to_have_count(1)
    expect(other.get_by_label("回访人")).to_have_value(str(cast.a.pk))
    answer(other)
    other.get_by_label("回访结论").fill("借款按约定使用")
    is_kept(other)
    phone.get_by_label("回访结论").fill("在旧手机上又写了一句")
    expect(phone.locator("[data-server-said]")).to_contain_text("现在由李乙接着写")
    other.get_by_role("button", name="记下这次回访").click()
    other.wait_for_url(re.compile(r"/visits/\d+/$"))
    expect(other.get_by_text("已封存，未被改动")).to_be_visible()
    visit = Visit.objects.get(client=evening.steel)
    assert (visit.by, visit.submission.by) == (cast.a, cast.b)
    assert VisitSubmission.objects.count() == Seal.objects.filter(kind="visit_report").count() == 1
    assert Attachment.objects.count() == Signature.objects.filter(role="客户").count() == 1
    assert not VisitDraft.objects.exists()
    assert not VisitUpload.objects.exists()
    other.goto("/onsite/")
    expect(other.locator("[data-server-draft]")).to_have_count(0)


def test_a_photo_taken_off_while_it_is_sent_stays_away(evening: Portfolio, sit: Sit) -> None:
    """张甲 takes a photo off while it is on its way: when the server has answered, it is neither here nor there."""
    page = sit(evening.cast.a, PHONE)
    form(page, evening)
    held: list[Route] = []
    page.route("**/visit/files/", lambda route: held.append(route))
    with page.expect_request("**/visit/files/"):
        page.locator("input[capture]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_role("button", name="移除照片1.jpg").click()
    expect(page.locator("[data-shots] img")).to_have_count(0)
    page.locator("[data-server-said]").evaluate("said => { said.textContent = ''; }")
    held[0].continue_()
    expect(page.locator("[data-server-said]")).to_contain_text("服务器上也存了一份")
    page.reload()
    ready(page)
    expect(page.locator("[data-shots] img")).to_have_count(0)
    assert VisitDraft.objects.get().content["files"] == []


def test_who_wrote_last_wins_and_the_other_chooses(evening: Portfolio, sit: Sit) -> None:
    """The phone has no network while the desk goes on; back on it, 张甲 is told and takes what the phone has."""
    phone = sit(evening.cast.a, PHONE)
    form(phone, evening)
    begin(phone)
    desk = sit(evening.cast.a)
    form(desk, evening)
    phone.context.set_offline(True)
    phone.get_by_label("借款使用情况").fill("在现场改过")
    is_kept_here(phone)
    desk.get_by_label("借款使用情况").fill("在办公室改过")
    is_kept(desk)
    phone.context.set_offline(False)
    note = phone.locator("[data-overtaken]:visible")
    expect(note).to_contain_text("又改过这份草稿")
    expect(phone.get_by_label("借款使用情况")).to_have_value("在现场改过")
    assert serious(phone) == []
    note.get_by_role("button", name="用这台设备上的").click()
    is_kept(phone)
    assert VisitDraft.objects.get().content["fields"]["routine-loan_use"] == "在现场改过"
    desk.reload()
    expect(desk.get_by_label("借款使用情况")).to_have_value("在现场改过")


def test_a_draft_begun_without_a_network_goes_up_later_and_thrown_away_stays_away(evening: Portfolio, sit: Sit) -> None:
    """Nothing gets through, then the house is read-only, which is said; then it is kept. Thrown away, it is so here too."""
    page = sit(evening.cast.a, PHONE)
    form(page, evening)
    page.context.set_offline(True)
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    page.wait_for_timeout(4000)
    assert not VisitDraft.objects.exists()
    close(because="升级，到 20:00 止", actor="X01", door="command")
    page.context.set_offline(False)
    expect(page.locator("[data-server-said]")).to_contain_text("系统现在只读")
    open_again(actor="X01", door="command")
    page.get_by_label("借款使用情况").fill("购入钢坯")
    is_kept(page)
    assert VisitDraft.objects.get().version == 1
    page.goto("/onsite/")
    expect(page.locator("[data-queue] li")).to_have_count(1)
    expect(page.locator("[data-server-drafts]")).to_be_hidden()
    page.once("dialog", lambda asked: asked.accept())
    page.locator("[data-queue]").get_by_role("button", name="删除").click()
    expect(page.locator("[data-queue] li")).to_have_count(0)
    comes_true(page, lambda: not VisitDraft.objects.exists())
    assert Act.objects.latest("pk").verb == "drafts.discard"
    form(page, evening)
    expect(page.get_by_label("借款使用情况")).to_have_value("")


def test_photos_whose_text_never_came_are_continued_as_well(evening: Portfolio, sit: Sit) -> None:
    """Only a photo of 张甲's has arrived when the work is handed over: 李乙 begins the report with it."""
    cast, key = evening.cast, uuid4()
    told = {"content": photo((40, 30)), "name": "照片1.jpg", "client": evening.steel}
    submissions.keep_file(key=key, sender=cast.a, **told)  # type: ignore[arg-type]
    hand_over(evening, cast.a, cast.b)
    page = sit(cast.b, PHONE)
    page.goto("/onsite/")
    row = page.locator("[data-server-draft]")
    expect(row).to_contain_text("正文还在原来那台设备上")
    row.get_by_role("link", name="接着写").click()
    ready(page)
    expect(page.locator("[data-shots] img")).to_have_count(1)
    page.get_by_label("回访结论").fill("正常")
    is_kept(page)
    draft = VisitDraft.objects.get()
    assert (draft.by, draft.version, len(draft.content["files"])) == (cast.b, 1, 1)


def test_whoever_took_over_throws_a_draft_away_with_a_reason(evening: Portfolio, sit: Sit) -> None:
    """From the list of 现场回访; the preview of the hand-over has named the draft before."""
    cast = evening.cast
    phone = sit(cast.a, PHONE)
    form(phone, evening)
    begin(phone)
    manager = sit(cast.manager)
    manager.goto(f"/people/{cast.a.pk}/move/")
    expect(manager.get_by_role("heading", name="没有提交的回访草稿")).to_be_visible()
    manager.get_by_label("移交原因").fill("离职")
    manager.get_by_role("button", name="下一步").click()
    expect(manager.locator("table", has_text="最后改动")).to_contain_text("李乙")
    assert serious(manager) == []
    manager.get_by_role("button", name="确认移交").click()
    expect(manager.locator("table", has_text="原写的人")).to_contain_text("东方钢铁")
    assert serious(manager) == []
    page = sit(cast.b)
    page.goto("/onsite/")
    page.locator("[data-server-draft]").get_by_role("link", name="放弃").click()
    page.get_by_role("button", name="放弃这份草稿").click()
    expect(page.get_by_text("请写明为什么放弃")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("放弃草稿的原因").fill("客户当天没有接待")
    page.get_by_role("button", name="放弃这份草稿").click()
    expect(page.get_by_role("status").filter(has_text="已放弃东方钢铁有限公司的回访草稿")).to_be_visible()
    assert not VisitDraft.objects.exists()
