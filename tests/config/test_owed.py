"""What `baohou duties` and `baohou penalties` answer, and how `baohou day` ends, as another program sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from baohou.config import command
from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.guarantee.imports import take
from baohou.kernel.audit.models import Act
from tests.cast import FOOD, PAPER, STEEL, Portfolio, TakeIn

DUTY_KEYS = {
    *("clause", "kind", "version", "client_id_no", "project_no", "department", "quarter", "period_first"),
    *("period_last", "owner", "opens_on", "due_on", "state", "done_on"),
}
PENALTY_KEYS = {
    *("clause", "kind", "staff_no", "amount", "dated", "client_id_no", "project_no", "department", "quarter"),
    *("due_on", "because", "duty_kind", "period_first"),
}


@pytest.fixture(scope="module")
def baohou() -> click.Group:
    return command.baohou


_WHOLE = ("--whole", "--because", "与台账核对")


def _ask(baohou: click.Group, *arguments: str) -> Any:
    answered = CliRunner().invoke(baohou, [*arguments, "--format", "json", *_WHOLE], catch_exceptions=False)
    assert answered.exit_code == 0, answered.output
    return json.loads(answered.stdout)


def _said(rows: list[dict[str, Any]], **wanted: str) -> list[dict[str, Any]]:
    return [row for row in rows if wanted.items() <= row.items()]


@pytest.mark.clause("PGM.3")
def test_a_routine_visit_says_everything_it_is(baohou: click.Group, portfolio: Portfolio) -> None:
    """BH-2026-003 was issued on 8 April 2026 to Paper; on 10 April 张甲 owes its visit by 23 April."""
    rows = _ask(baohou, "duties", "--on", "2026-04-10", "--client", PAPER)
    assert rows == [
        {
            "clause": "PGM.3",
            "kind": "routine_visit",
            "version": "2016-04-01",
            "client_id_no": PAPER,
            "project_no": "BH-2026-003",
            "department": "业务一部",
            "quarter": None,
            "period_first": None,
            "period_last": None,
            "owner": "A01",
            "opens_on": "2026-04-08",
            "due_on": "2026-04-23",
            "state": "open",
            "done_on": None,
        }
    ]


@pytest.mark.clause("PGM.3")
def test_the_due_day_itself_is_in_time_and_the_next_is_not(
    baohou: click.Group, portfolio: Portfolio, take_in: TakeIn
) -> None:
    """Food's guarantee of 11 May is due on 26 May; a visit of the 26th is in time, on the 27th none was made yet."""
    assert _ask(baohou, "duties", "--on", "2026-05-26", "--client", FOOD)[0]["state"] == "open"
    assert _ask(baohou, "duties", "--on", "2026-05-27", "--client", FOOD)[0]["state"] == "overdue"
    take_in("visits", [(FOOD, "BH-2026-004", "2026-05-26", "例行", "O01")])
    duty = _ask(baohou, "duties", "--on", "2026-05-27", "--client", FOOD)[0]
    assert (duty["state"], duty["done_on"]) == ("done", "2026-05-26")


@pytest.mark.clause("PGM.4")
def test_a_regular_visit_is_for_a_client_and_a_period(baohou: click.Group, portfolio: Portfolio) -> None:
    """Steel, not graded and so normal, owes a visit in the third quarter; from 6 July 李乙's guarantee speaks for it."""
    rows = _ask(baohou, "duties", "--on", "2026-07-10", "--client", STEEL)
    regular = _said(rows, kind="regular_visit", period_first="2026-07-01")
    assert len(regular) == 1
    assert regular[0]["period_last"] == "2026-09-30"
    assert regular[0]["project_no"] is None
    assert regular[0]["owner"] == "B01"


def test_facts_of_later_days_do_not_exist(baohou: click.Group, portfolio: Portfolio) -> None:
    """On 1 March 2026 nothing had been issued yet, whatever is known today."""
    assert _ask(baohou, "duties", "--on", "2026-03-01") == []


@pytest.mark.clause("PGM.9", "PGM.11")
def test_departments_owe_their_reports_on_the_last_day_of_the_quarter(
    baohou: click.Group, portfolio: Portfolio, take_in: TakeIn
) -> None:
    """At the end of June 2026 business one made a visit and owes a hand-over; business two made none."""
    take_in("visits", [(STEEL, "BH-2026-001", "2026-06-20", "例行", "A01")])
    rows = [row for row in _ask(baohou, "duties", "--on", "2026-06-30") if row["quarter"]]
    assert {
        (row["department"], row["kind"], row["owner"], row["due_on"]) for row in rows if row["quarter"] == "2026Q2"
    } == {
        ("业务一部", "classification_report", "M01", "2026-07-10"),
        ("业务一部", "visit_plan", "M01", "2026-07-10"),
        ("业务一部", "hand_over", "M01", "2026-07-10"),
        ("业务二部", "classification_report", "M02", "2026-07-10"),
        ("业务二部", "visit_plan", "M02", "2026-07-10"),
    }


def test_every_duty_and_every_penalty_has_exactly_the_keys_promised(baohou: click.Group, portfolio: Portfolio) -> None:
    CliRunner().invoke(baohou, ["day", "--on", "2026-10-31"], catch_exceptions=False)
    duties, penalties = _ask(baohou, "duties", "--on", "2026-10-31"), _ask(baohou, "penalties", "--on", "2026-10-31")
    assert {frozenset(duty) for duty in duties} == {frozenset(DUTY_KEYS)}
    assert {frozenset(entry) for entry in penalties} == {frozenset(PENALTY_KEYS)}


@pytest.mark.clause("PGM.12")
def test_a_missed_visit_is_booked_for_the_day_after(baohou: click.Group, portfolio: Portfolio) -> None:
    """Food's routine visit was due on 26 May 2026 and not made: 50 yuan on 吴外, dated the 27th."""
    CliRunner().invoke(baohou, ["day", "--on", "2026-06-01"], catch_exceptions=False)
    booked = _said(_ask(baohou, "penalties", "--on", "2026-06-01"), client_id_no=FOOD)
    assert len(booked) == 1
    entry = booked[0]
    assert (entry["kind"], entry["amount"], entry["dated"], entry["staff_no"]) == (
        "penalty",
        "50.00",
        "2026-05-27",
        "O01",
    )
    assert (entry["duty_kind"], entry["project_no"]) == ("routine_visit", "BH-2026-004")


@pytest.mark.clause("PGM.12")
def test_a_visit_in_time_that_is_recorded_late_is_reversed(
    baohou: click.Group, portfolio: Portfolio, take_in: TakeIn
) -> None:
    """The report of 吴外's visit of 20 May comes on 2 June, after the booking: the ledger nets to zero."""
    CliRunner().invoke(baohou, ["day", "--on", "2026-06-01"], catch_exceptions=False)
    take_in("visits", [(FOOD, "BH-2026-004", "2026-05-20", "例行", "O01")])
    CliRunner().invoke(baohou, ["day", "--on", "2026-06-02"], catch_exceptions=False)
    entries = _said(_ask(baohou, "penalties", "--on", "2026-06-02"), client_id_no=FOOD)
    assert [(entry["kind"], entry["amount"], entry["dated"]) for entry in entries] == [
        ("penalty", "50.00", "2026-05-27"),
        ("reversal", "-50.00", "2026-06-02"),
    ]


@pytest.mark.clause("PGM.12")
def test_the_ledger_names_the_project_of_a_guarantee_that_was_removed(
    baohou: click.Group, portfolio: Portfolio, tmp_path: Path
) -> None:
    """BH-2026-004 was a mistake and is removed after the booking: penalty and reversal both still name it."""
    CliRunner().invoke(baohou, ["day", "--on", "2026-06-01"], catch_exceptions=False)
    gone = tmp_path / "gone.csv"
    gone.write_text("项目编号\nBH-2026-004\n", encoding="utf-8")
    assert take(kind="portfolio", path=gone, remove=True, because="登记有误").acceptable
    CliRunner().invoke(baohou, ["day", "--on", "2026-06-02"], catch_exceptions=False)
    entries = _said(_ask(baohou, "penalties", "--on", "2026-06-02"), client_id_no=FOOD)
    assert [(entry["kind"], entry["project_no"]) for entry in entries] == [
        ("penalty", "BH-2026-004"),
        ("reversal", "BH-2026-004"),
    ]


def test_a_sound_database_is_verified(baohou: click.Group, portfolio: Portfolio) -> None:
    CliRunner().invoke(baohou, ["day", "--on", "2026-10-31"], catch_exceptions=False)
    assert CliRunner().invoke(baohou, ["day", "--verify"], catch_exceptions=False).exit_code == 0


def test_an_unknown_owner_is_refused(baohou: click.Group, portfolio: Portfolio) -> None:
    with pytest.raises(Refused, match="Z99"):
        CliRunner().invoke(baohou, ["duties", "--owner", "Z99"], catch_exceptions=False)


@pytest.mark.parametrize(("name", "kind"), [("duties", "duties"), ("penalties", "ledger")])
def test_numbers_are_hidden_unless_a_reason_is_given_and_the_list_is_an_act(
    baohou: click.Group, evening: Portfolio, name: str, kind: str
) -> None:
    """What leaves by the command line is written down as what leaves by a page; identity numbers as masked as there."""
    for form in ("json", "table"):
        shown = (
            CliRunner().invoke(baohou, [name, "--on", "2026-10-20", "--format", form], catch_exceptions=False).stdout
        )
        assert mask(STEEL) in shown and STEEL not in shown
    acts = Act.objects.filter(verb=f"exports.{kind}", door="command")
    assert acts.count() == 2 and acts[0].facts["rows"] > 0
    assert acts[0].agent
    silent = CliRunner().invoke(baohou, [name, "--whole"])
    assert silent.exit_code == 2 and STEEL not in silent.output
    whole = CliRunner().invoke(baohou, [name, "--on", "2026-10-20", "--whole", "--because", "与审计核对"])
    assert STEEL in whole.stdout
    act = acts.latest("pk")
    assert (act.because, act.facts["whole"]) == ("与审计核对", True)


def test_a_masked_list_is_there_while_nothing_is_written_and_a_whole_one_is_not(
    baohou: click.Group, evening: Portfolio, settings: Any
) -> None:
    settings.READ_ONLY_BECAUSE = "恢复演练"
    assert mask(STEEL) in CliRunner().invoke(baohou, ["duties", "--on", "2026-10-20"], catch_exceptions=False).stdout
    refused = CliRunner().invoke(baohou, ["duties", "--on", "2026-10-20", "--whole", "--because", "核对"])
    assert isinstance(refused.exception, Refused) and STEEL not in refused.output
