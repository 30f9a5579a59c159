"""Drafts of visits by the API: kept, read from elsewhere, handed over, continued or thrown away."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from baohou.guarantee.models import VisitDraft, WorkMove
from tests.api.conftest import TODAY, CallAs
from tests.cast import Portfolio
from tests.guarantee.test_drafts import move_all
from tests.guarantee.test_submissions import photo

pytestmark = pytest.mark.django_db
AT = "2026-10-20T10:00:00+08:00"


@pytest.mark.clause("PGM.2")
def test_a_draft_is_kept_read_handed_over_and_thrown_away(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's program keeps it with a photo; 钱丙 sees it before the work moves; 李乙 has it then, 张甲 no more."""
    a, b, manager = (call_as(who) for who in (evening.cast.a, evening.cast.b, evening.cast.manager))
    key, client = str(uuid4()), evening.steel.pk
    path = f"/clients/{client}/visit-drafts/{key}"
    told = {"key": key, "file": SimpleUploadedFile("照片1.jpg", photo())}
    sha256 = a.upload(f"/clients/{client}/visit-files", told).json()["sha256"]
    draft: dict[str, Any] = {"device": str(uuid4()), "changed_at": AT, "kind": "regular", "fields": {"summary": "正常"}}
    files = [{"name": "照片1.jpg", "sha256": sha256}, {"name": "照片2.jpg"}]
    kept = a.put(path, {**draft, "files": files}).json()
    assert (kept["draft"]["version"], kept["draft"]["lacking"], kept["overtook"]) == (1, ["照片2.jpg"], None)
    other = {**draft, "device": str(uuid4()), "fields": {"summary": "别处"}, "changed_at": "2026-10-20T09:00:00+08:00"}
    overtaken = a.put(path, other)
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "guarantee.draft.overtaken")
    assert b.put(path, draft).json()["code"] == "guarantee.draft.others"
    assert call_as(evening.cast.outsider).put(path, draft).status_code == 404
    assert a.put(path, {**other, "changed_at": "0001-01-01T00:00:00"}).json()["code"] == "guarantee.draft.overtaken"
    whole = a.get(f"/visit-drafts/{key}").json()
    assert (whole["fields"], [one["sha256"] for one in whole["files"]]) == ({"summary": "正常"}, [sha256])
    assert b"".join(a.get(f"/visit-drafts/{key}/files/{sha256}").streaming_content) == photo()
    assert b.get(f"/visit-drafts/{key}").status_code == 404

    [waiting] = manager.get(f"/staff/{evening.cast.a.pk}/work", on=str(TODAY)).json()["drafts"]
    assert (waiting["client"]["name"], waiting["lacking"]) == (evening.steel.name, ["照片2.jpg"])
    move = move_all(evening)
    [moved] = manager.get(f"/moves/{move.pk}/drafts").json()["items"]
    assert (moved["key"], moved["files"], moved["lacking"], moved["to"]["staff_no"]) == (key, 1, 1, "B01")
    assert manager.get(f"/moves/{move.pk}").json()["drafts"] == 1
    assert a.get("/visit-drafts").json()["items"] == []
    assert "李乙" in a.put(path, {**draft, "seen": 1, "fields": {}}).json()["message"]
    [received] = b.get("/visit-drafts").json()["items"]
    assert received["received_from"]["staff_no"] == "A01"
    assert b.send(f"/visit-drafts/{key}/discard", {}).json()["where"] == "because"
    assert b.send(f"/visit-drafts/{key}/discard", {"because": "不去了"}).status_code == 200
    assert not VisitDraft.objects.exists()


def test_the_preview_names_who_continues_each(evening: Portfolio, call_as: CallAs) -> None:
    a, manager, key = call_as(evening.cast.a), call_as(evening.cast.manager), uuid4()
    draft = {"device": str(uuid4()), "changed_at": AT, "kind": "special", "fields": {}}
    a.put(f"/clients/{evening.steel.pk}/visit-drafts/{key}", draft)
    work = manager.get(f"/staff/{evening.cast.a.pk}/work").json()
    b = evening.cast.b.pk
    choices = [{"guarantee": one["guarantee"]["id"], "a": b if one["as_a"] else None} for one in work["holdings"]]
    body = {"effective_on": str(TODAY), "because": "离职", "choices": choices}
    [shared] = manager.send(f"/staff/{evening.cast.a.pk}/moves/preview", body).json()["drafts"]
    assert (shared["key"], shared["kind"], shared["to"]["id"]) == (str(key), "special", b)
    assert not WorkMove.objects.exists()
