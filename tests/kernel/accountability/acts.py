"""The verbs of appeals as the tests call them: one line each, on 2026-10-20 unless said otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from baohou.kernel.accountability import appeals, services
from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, Verdict
from baohou.kernel.people.models import Staff
from tests.desk.conftest import TODAY


def appeal(penalty: Entry, by: Staff, *, text: str = "当日客户停电，次日补访", on: date = TODAY, **more: Any) -> Appeal:
    """Someone appeals against a penalty."""
    return appeals.file_appeal(
        duty_key=penalty.duty_key, by=by, text=text, on=on, actor=by.staff_no, door="test", **more
    )


def decide(
    on_appeal: Appeal, verdict: Verdict, by: Staff, *, fen: int = 0, because: str = "停电属实", on: date = TODAY
) -> AppealDecision:
    """Someone decides an appeal."""
    return appeals.decide(
        appeal=on_appeal,
        verdict=verdict,
        amount_fen=fen,
        because=because,
        by=by,
        on=on,
        actor=by.staff_no,
        door="test",
    )


def waive(penalty: Entry, by: Staff, fen: int) -> Entry:
    """Someone waives a part of a penalty."""
    return services.waive(
        duty_key=penalty.duty_key,
        staff=penalty.staff,
        amount_fen=fen,
        because="停电属实",
        on=TODAY,
        actor=by.staff_no,
        door="test",
    )


def reverse(penalty: Entry, *, on: date = TODAY) -> Entry:
    """The day takes a penalty back, as the run books it."""
    turn = Entry.objects.filter(duty_key=penalty.duty_key).count()
    fields = ("staff_id", "clause", "version_id", "duty_kind", "party_id", "department_id", "opens_on", "due_on")
    return Entry.objects.create(
        duty_key=penalty.duty_key,
        seq=turn,
        kind=2,
        amount_fen=-net(penalty),
        dated=on,
        because="按现已知的事实不应受罚",
        **{name: getattr(penalty, name) for name in fields},
    )


def net(penalty: Entry) -> int:
    """What is left of a penalty, in fen."""
    about = Entry.objects.filter(duty_key=penalty.duty_key, staff_id=penalty.staff_id)
    return sum(about.values_list("amount_fen", flat=True))
