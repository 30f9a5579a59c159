"""Acts as verbs write them: before and after, from where, without what is nobody's business; and not to be edited."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades
from baohou.kernel.audit import capture, chain, origin
from baohou.kernel.audit.masking import mask, plain
from baohou.kernel.audit.models import Act, Change, Concern
from baohou.kernel.audit.services import record_act
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


def test_rows_changed_at_once_are_told_one_by_one_and_many_added_in_sum() -> None:
    with transaction.atomic():
        act = record_act(verb="trial.many", door="command")
        capture.add_rows(Department, [Department(name=f"部{n}") for n in range(150)])
        capture.change_rows(Department.objects.filter(name="部7"), name="部七")
    added, changed = act.changes.order_by("pk")
    assert (added.after["rows"], len(added.after["sha256"])) == (150, 64)
    assert (changed.before["name"], changed.after["name"]) == ("部7", "部七")


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
