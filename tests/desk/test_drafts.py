"""The pages of drafts: what a device sends and reads, the list of 现场回访, and the hand-over that names them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from baohou.guarantee.models import Visit, VisitDraft, VisitUpload
from baohou.guarantee.services import submissions
from baohou.upkeep.closing import close
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.guarantee.test_drafts import DESK, PHONE, TEN, move_all, save, send, with_photo
from tests.guarantee.test_submissions import photo

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2")]
JSON = {"HTTP_ACCEPT": "application/json"}


def post(browser: Client, client: int, key: UUID, **changes: Any) -> Any:
    """A draft as the page's script sends it."""
    content = {"fields": {"kind": "regular", "summary": "订单饱满"}, "files": [], "signed": {"strokes": [], "width": 3}}
    told = {"key": key, "device": PHONE, "seen": 0, "changed_at": TEN.isoformat(), "kind": "regular"}
    told |= {"content": json.dumps(content)}
    return browser.post(f"/clients/{client}/visit/draft/", {**told, **changes}, **JSON)


def test_a_device_keeps_a_draft_and_another_reads_it_whole(evening: Portfolio, enter: Enter) -> None:
    """The names of files that the device thinks here and are not come back, so that it sends them again."""
    browser, steel, key = enter(evening.cast.a), evening.steel.pk, uuid4()
    assert post(browser, steel, key).json()["version"] == 1
    named = {"fields": {}, "files": [{"sha256": "0" * 64, "name": "照片1.jpg"}, {"sha256": "", "name": "照片2.jpg"}]}
    again = post(browser, steel, key, seen=1, content=json.dumps(named)).json()
    assert (again["version"], again["lacking"]) == (2, ["0" * 64])
    [listed] = browser.get("/onsite/drafts/", {"client": steel}).json()["drafts"]
    assert (listed["key"], listed["version"], listed["device"]) == (str(key), 2, str(PHONE))
    assert browser.get("/onsite/drafts/", {"client": evening.food.pk}).json()["drafts"] == []
    with_photo(other := uuid4(), evening.steel, evening.cast.a)
    whole = browser.get(f"/onsite/drafts/{other}/").json()
    assert whole["fields"]["summary"] == "订单饱满"
    assert b"".join(browser.get(whole["files"][0]["url"]).streaming_content) == photo()  # type: ignore[attr-defined]
    assert browser.get(f"/onsite/drafts/{other}/files/{'0' * 64}/").status_code == 404
    assert enter(evening.cast.b).get(f"/onsite/drafts/{other}/").status_code == 404


def test_it_says_in_chinese_what_cannot_be_kept(evening: Portfolio, enter: Enter) -> None:
    browser, steel, key = enter(evening.cast.a), evening.steel.pk, uuid4()
    for wrong in ("", "[", "[1]", '{"fields": {"a": 1}, "files": []}', '{"fields": {}, "files": [1]}', "[" * 9000):
        answer = post(browser, steel, key, content=wrong)
        assert answer.status_code == 422
        assert "草稿没有收全" in answer.json()["message"]
    assert post(browser, steel, key, kind="other").status_code == 422
    assert post(browser, evening.food.pk, key).status_code == 404
    assert post(enter(evening.cast.general_manager), steel, key).status_code == 403
    post(browser, steel, key)
    told = post(enter(evening.cast.b), steel, key, seen=1).json()
    assert (told["code"], "张甲" in told["message"]) == ("guarantee.draft.others", True)
    close(because="升级，到 20:00 止", actor="X01", door="command")
    refused = post(browser, steel, uuid4())
    assert (refused.status_code, "X-Refused" in refused.headers) == (503, True)
    assert VisitDraft.objects.count() == 1


def test_whoever_was_overtaken_or_sent_already_is_led_on(evening: Portfolio, enter: Enter) -> None:
    """Another device's later change: its version and time. Sent already: the report."""
    browser, steel, key = enter(evening.cast.a), evening.steel.pk, uuid4()
    save(key, evening.steel, evening.cast.a, device=DESK, changed_at=timezone.now())
    overtaken = post(browser, steel, key)
    assert (overtaken.status_code, overtaken.json()["version"]) == (409, 1)
    visit = send(evening, key, evening.cast.a, by=evening.cast.a)
    sent = post(browser, steel, key)
    assert (sent.status_code, sent.json()["url"]) == (409, f"/visits/{visit.pk}/")


def test_who_leaves_hands_drafts_over_and_the_preview_warns_of_what_is_on_the_phone(
    evening: Portfolio, enter: Enter
) -> None:
    """钱丙 sees the draft, and by name what has not arrived; the list and its PDF name it; 李乙 sees from whom it is."""
    cast, key = evening.cast, uuid4()
    with_photo(key, evening.steel, cast.a)
    submissions.keep_file(key=uuid4(), sender=cast.a, content=photo(2), name="照片1.jpg", client=evening.paper)
    manager = enter(cast.manager)
    page = manager.get(f"/people/{cast.a.pk}/move/").content.decode()
    warning = page.partition("data-on-device")[2].partition("</div>")[0]
    assert "张甲的设备上还有没送到的" in warning
    assert "照片2.jpg" in warning
    assert "南山纸业有限公司：正文没有送到" in warning
    move = move_all(evening)
    page = manager.get(f"/moves/{move.pk}/").content.decode()
    assert "没有提交的回访草稿" in page
    assert "另有 1 个在原设备上" in page
    assert manager.get(f"/moves/{move.pk}/list.pdf").status_code == 200
    page = enter(cast.b).get("/onsite/").content.decode()
    assert page.count("由张甲移交") == 2
    assert "正文还在原来那台设备上" in page
    assert enter(cast.a).get("/onsite/").content.decode().count("data-server-draft=") == 0


def test_a_received_draft_is_discarded_on_its_page_with_a_reason(evening: Portfolio, enter: Enter) -> None:
    """A device's own is discarded without one, and one that is gone already is not found."""
    cast, key = evening.cast, uuid4()
    with_photo(key, evening.steel, cast.a)
    move_all(evening)
    browser = enter(cast.b)
    page = f"/onsite/drafts/{key}/discard/"
    assert "由张甲移交" in browser.get(page).content.decode()
    assert "请写明为什么放弃" in browser.post(page, {"because": " "}).content.decode()
    assert browser.post(page, {}, **JSON).status_code == 422
    assert browser.post(page, {"because": "客户没有接待"}).status_code == 302
    assert not VisitUpload.objects.exists()
    save(own := uuid4(), evening.steel, cast.b)
    assert browser.post(f"/onsite/drafts/{own}/discard/", {}, **JSON).json() == {"discarded": True}
    assert browser.post(f"/onsite/drafts/{own}/discard/", {}, **JSON).status_code == 404


def test_whoever_took_a_draft_over_may_name_who_made_the_visit(evening: Portfolio, enter: Enter) -> None:
    """张甲 made the visit and left; 李乙's form has 张甲 among the visitors, without the draft it has not."""
    cast, key = evening.cast, uuid4()
    save(key, evening.steel, cast.a)
    move_all(evening)
    browser = enter(cast.b)
    address = f"/clients/{evening.steel.pk}/visit/"
    assert "张甲" in browser.get(address).content.decode()
    send(evening, key, cast.b, by=cast.a)
    assert Visit.objects.get().by == cast.a
    assert "张甲（A01）</option>" not in browser.get(address).content.decode()
