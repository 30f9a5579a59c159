"""A full disk, or a database that is away, while somebody works: told plainly with a number, and nothing half done."""

from __future__ import annotations

import errno
import io
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bench import answers
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from PIL import Image

from baohou.guarantee.models import SpecialOrder, Visit, VisitUpload
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.api.models import Call
from baohou.kernel.api.tokens import make_own_token, scopes_of
from baohou.kernel.papers.models import Seal, StoredFile
from baohou.kernel.papers.records import places
from baohou.kernel.people.models import Post
from baohou.kernel.people.sessions import SEEN
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter

__all__ = ["enter"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """No byte of a kept file reaches the disk."""

    def fail(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(places.os, "fsync", fail)


@contextmanager
def full_database() -> Iterator[None]:
    """The database cannot grow; the way each of the two engines says it."""
    with full_file() if connection.vendor == "sqlite" else full_server():
        yield


@contextmanager
def full_server() -> Iterator[None]:
    """PostgreSQL finds no room for a seal, and says so in the language of its server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '无法扩展文件: 设备上没有空间' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON papers_seal FOR EACH ROW EXECUTE FUNCTION no_room()")
        yield
        cursor.execute("DROP FUNCTION no_room CASCADE")


@contextmanager
def full_file() -> Iterator[None]:
    """SQLite's file has no page left, as when the disk is full; pages that were given back are taken first."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA freelist_count")
        (free,) = cursor.fetchone()
        cursor.execute("PRAGMA page_size")
        (size,) = cursor.fetchone()
        cursor.execute("CREATE TABLE ballast AS SELECT zeroblob(%s) AS bytes", [free * size])
        cursor.execute("PRAGMA page_count")
        (now,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {now}")
        yield
        cursor.execute(f"PRAGMA max_page_count = {before}")


def photo() -> SimpleUploadedFile:
    """A picture that no test before this one has kept: what is kept already needs no room."""
    out = io.BytesIO()
    Image.frombytes("RGB", (8, 8), secrets.token_bytes(192)).save(out, "PNG")
    return SimpleUploadedFile("厂门.png", out.getvalue())


def files() -> set[Path]:
    return {path for path in (Path(settings.VAR) / "files").rglob("*") if path.is_file()}


def calling(evening: Portfolio, enter: Enter) -> Client:
    """张甲 with a token."""
    enter(evening.cast.a)
    scopes = scopes_of(Post.PROJECT_MANAGER)
    made = make_own_token(
        staff=evening.cast.a, post=Post.PROJECT_MANAGER, name="手机", scopes=scopes, days=9, actor="1001", door="page"
    )
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {made.text}"})


def test_a_photo_that_finds_no_room_is_told_and_leaves_nothing(full: None, evening: Portfolio, enter: Enter) -> None:
    browser, before = enter(evening.cast.a), files()
    browser.raise_request_exception = False
    sent = {"key": str(uuid4()), "file": photo()}
    answer = browser.post(f"/clients/{evening.steel.pk}/visit/files/", sent)
    assert answer.status_code == 507
    said = answer.content.decode()
    assert "磁盘满了，没有写入任何内容" in said
    assert answer["X-Request-ID"] in said
    assert (files(), VisitUpload.objects.count(), StoredFile.objects.count()) == (before, 0, 0)


def test_the_api_says_the_same_and_keeps_no_key(
    full: None, evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is free again: with room the same request goes through."""
    client = calling(evening, enter)
    key = str(uuid4())

    def send() -> Any:
        form = {"key": key, "file": photo()}
        address = f"/api/v1/clients/{evening.steel.pk}/visit-files"
        return client.post(address, form, headers={"Idempotency-Key": "one"})

    answer = send()
    assert (answer.status_code, answer.json()["code"]) == (507, "api.disk_full")
    assert answer["X-Request-ID"] in answer.json()["message"]
    assert not Call.objects.exists()
    monkeypatch.undo()
    assert send().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_seal_that_finds_no_room_takes_its_visit_with_it(evening: Portfolio, enter: Enter) -> None:
    """The database cannot grow: neither visit nor seal nor key is there; with room the same request goes through."""
    client, visits = calling(evening, enter), Visit.objects.count()
    text = "库存与账面相符" * 2500
    body = {
        "key": str(uuid4()),
        "kind": "special",
        "visited_on": "2026-10-19",
        "methods": dict.fromkeys(("site", "talk", "workers", "third_party"), text),
        "matters": answers.matters(VisitKind.SPECIAL),
        "summary": "正常",
        "unsigned_because": "纸质报告已签",
    }

    def send() -> Any:
        return client.post(
            f"/api/v1/clients/{evening.steel.pk}/visits",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )

    with full_database():
        answer = send()
    assert (answer.status_code, answer.json()["code"]) == (507, "api.disk_full"), answer.content.decode()
    assert (Visit.objects.count(), Seal.objects.count(), Call.objects.count()) == (visits, 0, 0)
    assert send().status_code == 201
    assert (Visit.objects.count(), Seal.objects.count()) == (visits + 1, 1)


def test_a_database_that_is_away_does_not_say_that_nothing_was_written(evening: Portfolio, enter: Enter) -> None:
    """Whether a commit arrived that was not answered nobody knows; so it is not claimed."""
    browser, client = enter(evening.cast.manager), calling(evening, enter)
    browser.raise_request_exception = False

    def lost(execute: Any, sql: str, *others: Any) -> Any:
        if "visit" in sql or "guarantee_gradechange" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *others)

    with connection.execute_wrapper(lost):
        page = browser.get(f"/clients/{evening.steel.pk}/")
        call = client.get("/api/v1/visits")
    assert page.status_code == call.status_code == 503
    assert "不能确定" in page.content.decode() and "没有改动" not in page.content.decode()
    assert call.json()["code"] == "api.unavailable"
    assert int(call["Retry-After"]) > 0


def test_a_session_that_is_not_saved_does_not_say_that_the_form_was_wrong(evening: Portfolio, enter: Enter) -> None:
    """The visit is ordered by then, and only what is to be said of it is lost: 503 and not 400."""
    browser = enter(evening.cast.manager)
    browser.raise_request_exception = False

    def lost(execute: Any, sql: str, *others: Any) -> Any:
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *others)

    told = browser.session
    told[SEEN] = int(time.time()) - 120
    told.save()
    form = {"urgency": "3", "ordered_on": "2026-10-20", "because": "回款慢"}
    with connection.execute_wrapper(lost):
        answer = browser.post(f"/clients/{evening.steel.pk}/special/", form)
    assert SpecialOrder.objects.get().because == "回款慢"
    assert (answer.status_code, "不能确定" in answer.content.decode()) == (503, True)
