"""Acts as verbs write them: before and after, from where, without what is nobody's business; and not to be edited."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from baohou.guarantee.imports import take
from baohou.guarantee.models import Guarantee
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades
from baohou.kernel.audit import capture, chain, origin
from baohou.kernel.audit.chunks import Told
from baohou.kernel.audit.masking import mask, plain
from baohou.kernel.audit.models import Act, Change, Concern
from baohou.kernel.audit.queries import list_rows
from baohou.kernel.audit.services import record_act
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def _graded(portfolio: Portfolio, grade: Grade) -> None:
    manager = portfolio.cast.manager
    grades.change(
        client=portfolio.steel, grade=grade, effective_on=date(2026, 10, 8), because="存货积压",
        by=manager, actor=manager.staff_no, door="page",
    )  # fmt: skip


def test_what_a_verb_adds_is_told_and_found_by_its_client(portfolio: Portfolio) -> None:
    """钱丙 grades 东方钢铁 watch on 2026-10-08: a row that was not there before, about that client."""
    _graded(portfolio, Grade.WATCH)
    act = Act.objects.latest("pk")
    added = act.changes.get(table="guarantee.GradeChange")
    assert (added.before, added.after["grade"], added.after["effective_on"]) == (None, Grade.WATCH, "2026-10-08")
    assert Concern.objects.filter(act=act, noun="client", number=portfolio.steel.pk).count() == 1


def test_a_saved_row_is_told_before_and_after() -> None:
    with transaction.atomic():
        act = record_act(verb="trial.rename", door="page", by="M01")
        row = Department.objects.create(name="业务三部")
        row.name = "业务四部"
        row.save()
        row.delete()
    told = [(one.before and one.before["name"], one.after and one.after["name"]) for one in act.changes.order_by("pk")]
    assert told == [(None, "业务三部"), ("业务三部", "业务四部"), ("业务四部", None)]


def test_rows_changed_and_added_at_once_are_told_one_by_one() -> None:
    """150 departments share a row of the audit: each is told with its number, and all are found by page of ten."""
    with transaction.atomic():
        act = record_act(verb="trial.many", door="command")
        capture.add_rows(Department, [Department(name=f"部{n}") for n in range(150)])
        capture.change_rows(Department.objects.filter(name="部7"), name="部七")
    _, changed = act.changes.order_by("pk")
    assert (changed.before["name"], changed.after["name"]) == ("部7", "部七")
    told: list[Told] = []
    place = ""
    while place or not told:
        some, place = list_rows(act, after=place, limit=10)
        told += some
    assert [one.key for one in told[:150]] == [f"部{n}" for n in range(150)] and len(told) == 151
    stored = {row.pk: capture.snapshot(row) for row in Department.objects.exclude(name="部七")}
    assert {one.row: one.after for one in told[:150] if one.key != "部7"} == stored
    assert all(one.before is None for one in told[:150])


def test_only_the_day_adds_in_sum() -> None:
    with transaction.atomic():
        act = record_act(verb="day.trial", door="day")
        capture.add_rows(Department, [Department(name=f"部{n}") for n in range(150)])
    [added] = act.changes.all()
    assert (added.key, added.after["rows"], len(added.after["sha256"])) == ("×150", 150, 64)


@pytest.mark.parametrize("rows", [3, 150, 2100])
def test_an_import_tells_every_new_row(rows: int, tmp_path: Path) -> None:
    """Of 3, 150 or 2100 guarantees taken from a file each is told as it stands, masked, and found by its client."""
    path = tmp_path / "portfolio.csv"
    lines = "".join(f"DB{n},{id_no(n)},客户{n},业务一部,P01,P02,100,2026-01-05\n" for n in range(rows))
    path.write_text(
        f"project_no,client_id_no,client_name,department,manager_a,manager_b,amount,issued_on\n{lines}",
        encoding="utf-8",
    )
    staff = tmp_path / "staff.csv"
    staff.write_text("工号,姓名,部门,岗位\nP01,张甲,业务一部,项目经理\nP02,李乙,业务一部,项目经理\n", encoding="utf-8")
    assert take(kind="staff", path=staff).taken
    outcome = take(kind="portfolio", path=path, by="X01", door="page")
    assert outcome.taken, outcome.parts[0].faults[:3]
    act = Act.objects.get(verb="import.portfolio")
    told, more = list_rows(act, limit=10_000)
    assert not more
    for model in (Guarantee, Party):
        stored = {row.pk: capture.snapshot(row) for row in model._default_manager.all()}
        mine = [one for one in told if one.table == model._meta.label]
        assert {one.row: one.after for one in mine} == stored and len(mine) == len(stored) == rows
    assert "19900307" not in str([one.after for one in told])
    last = Guarantee.objects.latest("pk")
    assert list(Concern.objects.filter(act=act, noun="guarantee", number=last.pk).values_list("act", flat=True))
    assert list(Concern.objects.filter(act=act, noun="client", number=last.client_id).values_list("act", flat=True))


def id_no(n: int) -> str:
    """A citizen's number, born on 1990-03-07, with its check digit."""
    body = f"110101199003{7:02}{n % 1000:03}" if n < 1000 else f"{110102 + n // 1000}19900307{n % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def test_many_rows_are_not_written_without_an_act() -> None:
    with transaction.atomic():
        connection.audit_open_act = None  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError):
            capture.add_rows(Department, [Department(name="无主部")])
    assert not Department.objects.filter(name="无主部").exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_is_recorded_only_with_what_it_does() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record_act(verb="trial", door="page")


@pytest.mark.django_db(transaction=True)
def test_an_act_that_was_taken_back_takes_nothing_more() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_act(verb="trial", door="page")
        raise ZeroDivisionError
    with transaction.atomic():
        Department.objects.create(name="业务五部")
        assert capture.get_open() is None
    assert not Act.objects.exists() and not Change.objects.exists()


@pytest.mark.parametrize("fails", ["Act", "Change", "Concern"])
def test_a_write_whose_audit_fails_is_undone(portfolio: Portfolio, fails: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the audit is full while 钱丙 grades 东方钢铁: there is no grade."""
    from baohou.guarantee.models import GradeChange

    def full(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    model: type[Act | Change | Concern] = {"Act": Act, "Change": Change, "Concern": Concern}[fails]  # type: ignore[assignment]
    monkeypatch.setattr(model, "save", full)
    monkeypatch.setattr(type(model.objects.all()), "bulk_create", full)
    acts = Act.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        _graded(portfolio, Grade.WATCH)
    monkeypatch.undo()
    assert not GradeChange.objects.exists()
    assert Act.objects.count() == acts


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_act SET because = 'x'",
        "DELETE FROM audit_act",
        "UPDATE audit_change SET key = 'x'",
        "DELETE FROM audit_change",
        "UPDATE audit_concern SET number = 1",
        "DELETE FROM audit_concern",
        "UPDATE audit_link SET sha256 = 'x'",
        "DELETE FROM audit_link",
    ],
)
def test_the_database_itself_refuses_to_edit_the_audit(portfolio: Portfolio, sql: str) -> None:
    _graded(portfolio, Grade.WATCH)
    chain.link_pending(everything=True)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_itself_refuses_to_empty_or_replace_the_audit(portfolio: Portfolio) -> None:
    """TRUNCATE on PostgreSQL, INSERT OR REPLACE on SQLite."""
    _graded(portfolio, Grade.WATCH)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql = "TRUNCATE audit_concern"
    else:
        sql = "INSERT OR REPLACE INTO audit_concern SELECT id, 'x', number, act_id FROM audit_concern"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_identity_and_telephone_numbers_are_not_repeated() -> None:
    """A citizen's number and a mobile are masked with a tag that tells two apart; a company's credit code stays."""
    one, other = mask("证件110101199003071234，电话13812345678"), mask("证件110101199003081234")
    assert "110101********1234·" in one and "138****5678·" in one and "19900307" not in one
    assert one[2:27] != other[2:27]
    assert mask("91110000100000123X") == "91110000100000123X"
    assert plain({"f": 0.1, "d": date(2026, 10, 8), "b": b"x", "n": [1, None, True]})["f"] == "0.1"


def test_an_act_knows_from_where_it_was_done() -> None:
    """Through our proxy from 10.0.0.8; somebody's own X-Forwarded-For from elsewhere is not believed."""
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
    request = RequestFactory(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 10.0.0.8").get("/")
    assert origin.address_of(request) == "10.0.0.8"
    assert (
        origin.address_of(RequestFactory(REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR="1.1.1.1").get("/")) == "9.9.9.9"
    )
    with origin.coming_from(origin.Origin("10.0.0.8", "K7QD28XM", origin.shorten(agent))), transaction.atomic():
        act = record_act(verb="trial", door="page", by="M01")
    assert (act.ip, act.request, act.agent) == ("10.0.0.8", "K7QD28XM", "Chrome 126 · Windows")
