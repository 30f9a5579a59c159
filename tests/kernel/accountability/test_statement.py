"""The month's statement: it adds up to the ledger to the fen, as far as each person sees, on paper and on the page."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from baohou.config.commands.export import export
from baohou.core.errors import Refused
from baohou.kernel import kept
from baohou.kernel.accountability import statement
from baohou.kernel.accountability.models import Entry, EntryKind, Verdict
from baohou.kernel.accountability.statement import (
    everyone,
    get_personal,
    get_statement,
    list_personal,
    read_month,
)
from baohou.kernel.accountability.statement_papers import KINDS, list_papers
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department, Post, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.guarantee.exports.readers import poppler, text_of
from tests.kernel.accountability.acts import appeal, decide, reverse

pytestmark = pytest.mark.django_db
OCTOBER, APRIL = date(2026, 10, 1), date(2026, 4, 1)
Drawn = list[tuple[int, int, int, date]]
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
BOOKED = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(1, 10**9), DAYS), max_size=30)


def _sees(staff: Staff, post: Post) -> Person:
    department = Department.objects.get(name="业务一部")
    return Person(staff, post, department.pk, department.name)


def _written(kind: str, *, month: date, staff: Staff | None = None) -> bytes:
    out = io.BytesIO()
    KINDS[kind](papers=list_papers(everyone(), month=month, on=TODAY, printed_on=TODAY, staff=staff), out=out)
    return out.getvalue()


def _book(like: Entry, number: int, *, dated: date = TODAY, **other: Any) -> None:
    """A line of the ledger about a duty of its own: 7 fen of the same person unless told otherwise."""
    row = {"kind": EntryKind.PENALTY, "staff": like.staff, "amount_fen": 7, "dated": dated, **other}
    row |= {"duty_kind": like.duty_kind, "opens_on": dated, "due_on": dated, "because": "例"}
    Entry.objects.create(duty_key=10**18 + number, seq=0, clause="PGM.12", version_id=like.version_id, **row)


@pytest.mark.clause("PGM.12", "PGM.13", "PGM.14")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=BOOKED)
def test_the_statements_of_all_months_add_up_to_the_ledger(evening: Portfolio, drawn: Drawn) -> None:
    """Whatever entries there are: the months' nets, each person's lines and entries, and the ledger are one sum."""
    Entry.objects.filter(duty_key__gte=10**18).delete()
    like = Entry.objects.order_by("pk")[0]
    people = list(Staff.objects.order_by("pk")[:5])
    for number, (who, kind, fen, dated) in enumerate(drawn):
        signed = fen if kind == EntryKind.PENALTY else -fen
        _book(like, number, staff=people[who], kind=kind, amount_fen=signed, dated=dated)
    year_end, net = date(2026, 12, 31), 0
    for month in range(1, 13):
        told = get_statement(everyone(), month=date(2026, month, 1), on=year_end)
        net += told.totals.net_fen
        assert sum(line.totals.net_fen for line in told.lines) == told.totals.net_fen
        for personal in list_personal(everyone(), told, on=year_end):
            assert sum(one.entry.amount_fen for one in personal.bookings) == personal.line.totals.net_fen
            assert personal.bookings[-1].balance_fen == personal.line.balance_fen
            up_to = Entry.objects.filter(staff=personal.line.staff, dated__lte=told.last)
            assert personal.line.balance_fen == sum(up_to.values_list("amount_fen", flat=True))
            alone = get_personal(everyone(), staff=personal.line.staff, month=date(2026, month, 1), on=year_end)
            assert alone == personal
    assert net == sum(Entry.objects.values_list("amount_fen", flat=True))


@pytest.mark.clause("PGM.12")
def test_a_waiver_and_a_reversal_stand_in_their_month(evening: Portfolio, penalty: Entry) -> None:
    """张甲's penalty of March: 20 waived on 2026-10-20, the rest taken back that day; April keeps what it booked."""
    before = get_personal(everyone(), staff=evening.cast.a, month=OCTOBER, on=TODAY).line
    decide(appeal(penalty, evening.cast.a), Verdict.REDUCED, evening.cast.risk_manager, fen=2000)
    reverse(penalty)
    line = get_personal(everyone(), staff=evening.cast.a, month=OCTOBER, on=TODAY).line
    assert (line.totals.waivers_fen, line.totals.reversals_fen) == (-2000, -3000)
    assert line.balance_fen == before.balance_fen - 5000
    assert line.opening_fen == before.opening_fen


@pytest.mark.clause("PGM.12")
def test_the_sums_of_a_month_are_kept_until_the_ledger_has_another_line(
    evening: Portfolio, penalty: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a line whose number is lower than one that was there, of whoever began earlier and ended later."""
    monkeypatch.setattr(kept, "CHECKED", False)
    summed, reckon = [], statement._booked
    monkeypatch.setattr(statement, "_booked", lambda entries: summed.append(1) or reckon(entries))

    def net() -> int:
        return get_statement(everyone(), month=OCTOBER, on=TODAY).totals.net_fen

    before = net()
    _book(penalty, 2_000_000, id=2_000_000)
    assert [net(), net(), len(summed)] == [before + 7, before + 7, 2]
    _book(penalty, 1_999_990, id=1_999_990)
    assert [net(), net(), len(summed)] == [before + 14, before + 14, 3]
    with transaction.atomic():
        _book(penalty, 2_000_001, id=2_000_001)
        assert net() == before + 21
        transaction.set_rollback(True)
    assert [net(), len(summed)] == [before + 14, 4]


def test_everyone_sees_as_far_as_ones_reach(evening: Portfolio) -> None:
    """张甲 sees oneself, 钱丙 业务一部, 赵己 everyone."""
    months = [date(2026, month, 1) for month in range(3, 11)]

    def names(person: Person) -> set[str]:
        return {line.staff.staff_no for month in months for line in get_statement(person, month=month, on=TODAY).lines}

    assert names(_sees(evening.cast.a, Post.PROJECT_MANAGER)) == {"A01"}
    assert names(_sees(evening.cast.manager, Post.DEPARTMENT_MANAGER)) == {"A01", "B01", "M01"}
    assert names(_sees(evening.cast.risk_manager, Post.RISK_MANAGER)) == {"A01", "B01", "M01", "O01", "M02"}


def test_a_page_of_people_goes_on_behind_the_last(evening: Portfolio) -> None:
    """Two at a time: everyone once, the totals of all on each page."""
    whole = get_statement(everyone(), month=OCTOBER, on=TODAY)
    assert whole.people > 2
    found, after = [], ""
    while True:
        page = get_statement(everyone(), month=OCTOBER, on=TODAY, after=after, most=2)
        assert page.totals == whole.totals
        found += page.lines
        after = page.after
        if not after:
            break
    assert found == whole.lines


@pytest.mark.clause("PGM.12", "PGM.13")
def test_the_pdf_says_who_owes_what_and_has_room_to_sign(evening: Portfolio, tmp_path: Path) -> None:
    """October of everyone: a list and a paper for each, by the words of the rule, A4."""
    statement = get_statement(everyone(), month=OCTOBER, on=TODAY)
    pdf = _written("pdf", month=OCTOBER)
    said = text_of(pdf, tmp_path)
    for word in (
        "2026年10月献爱心",
        "献爱心（处罚）个人对账单",
        "本人（签字）",
        "公司（盖章）",
        "PGM.13",
        "献爱心若干元",
    ):
        assert word in said, word
    for line in statement.lines:
        assert line.staff.name in said
    assert "A4" in poppler("pdfinfo", pdf, tmp_path)
    assert f"Pages:{1 + statement.people}" in poppler("pdfinfo", pdf, tmp_path).replace(" ", "")


def test_the_workbook_has_numbers_that_add_up(evening: Portfolio) -> None:
    """The list's columns are numbers; their sum is the ledger's net of October; a sheet for each person follows."""
    book = load_workbook(io.BytesIO(_written("xlsx", month=OCTOBER)))
    statement = get_statement(everyone(), month=OCTOBER, on=TODAY)
    assert book.sheetnames == ["2026-10", *(f"{one.staff.staff_no} {one.staff.name}" for one in statement.lines)]
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert sum(float(row[9]) for row in rows) * 100 == statement.totals.net_fen
    assert sum(float(row[10]) for row in rows) * 100 == statement.balance_fen


def test_no_statement_is_made_of_nothing(evening: Portfolio) -> None:
    """Nothing was booked in January 2026; 郑辛 never had a penalty."""
    with pytest.raises(Refused, match="2026-01 没有记账"):
        _written("pdf", month=date(2026, 1, 1))
    with pytest.raises(Refused, match="没有余额，无表可出"):
        _written("pdf", month=OCTOBER, staff=evening.cast.admin)
    with pytest.raises(Refused, match="不是月份"):
        read_month("2026-13")


def test_the_papers_take_as_many_queries_for_one_person_as_for_all(
    evening: Portfolio, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10):
        list_papers(everyone(), month=OCTOBER, on=TODAY, printed_on=TODAY)


@pytest.mark.parametrize(("more", "ending"), [([], "pdf"), (["--staff", "M01"], "xlsx")])
def test_the_command_writes_a_statement(evening: Portfolio, tmp_path: Path, more: list[str], ending: str) -> None:
    out = tmp_path / f"对账单.{ending}"
    words = ["statement", "--month", "2026-10", *more, "--out", str(out)]
    assert CliRunner().invoke(export, words, catch_exceptions=False).exit_code == 0
    assert out.stat().st_size > 1000


def test_the_command_says_what_it_lacks(evening: Portfolio, tmp_path: Path) -> None:
    """A statement needs its month, and someone who is on the staff."""
    out = ["--out", str(tmp_path / "对账单.pdf")]
    assert "请给出 --month" in CliRunner().invoke(export, ["statement", *out]).output
    with pytest.raises(Refused, match="没有工号为 Z9 的员工"):
        CliRunner().invoke(export, ["statement", "--month", "2026-10", "--staff", "Z9", *out], catch_exceptions=False)
