"""What is wrong with a day for a visit of the plan, and how a refusal says it of many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say, together
from baohou.core.weekdays import weekday_of
from baohou.guarantee.queries.plans import PlanRow
from baohou.kernel.calendar import get_work_calendar

NAMED = 5
"""A refusal names so many of the visits it is about."""


def fault_of(row: PlanRow, day: date, confirmed: bool) -> tuple[str, str] | None:
    """What is wrong with a day for a visit: the code and the sentence of a refusal."""
    visit, window = row.visit, row.window
    if day < window.first:
        if visit.opens_on < window.first:
            why = say("今天以前不能再排")
        else:
            why = say("%(opens_on)s 起才应回访", opens_on=visit.opens_on)
        told = say("%(client)s：%(day)s太早，%(why)s。", client=visit.client, day=said_day(day), why=why)
        return "guarantee.plan.too_early", told
    if window.last is not None and day > window.last:
        told = say(
            "%(client)s：%(day)s晚于最迟回访日 %(last)s，请提前。",
            client=visit.client,
            day=said_day(day),
            last=said_day(window.last),
        )
        return "guarantee.plan.too_late", told
    calendar = get_work_calendar()
    if not confirmed and not calendar.is_working(day):
        holiday = calendar.holidays.get(day)
        off = say("%(holiday)s放假", holiday=say(holiday)) if holiday else say("休息日")
        told = say(
            "%(client)s：%(day)s是%(off)s；确实要在这一天回访，请确认。",
            client=visit.client,
            day=said_day(day),
            off=off,
        )
        return "guarantee.plan.day_off", told
    return None


def require_written(outcome: int | list[tuple[str, str]]) -> int:
    """How many were written; refused with what is wrong."""
    if isinstance(outcome, int):
        return outcome
    codes = {code for code, _ in outcome}
    code = codes.pop() if len(codes) == 1 else "guarantee.plan.wrong_days"
    said = together(sentence for _, sentence in outcome[:NAMED])
    if len(outcome) > 1:
        rest = "……" if len(outcome) > NAMED else ""
        said = say("有 %(many)s 次排不了，都没有改动。%(said)s%(rest)s", many=len(outcome), said=said, rest=rest)
    raise Refused(code, said, where="计划日期")


def named(names: Iterable[str]) -> str:
    """The first of some clients, and how many there are."""
    every = list(dict.fromkeys(names))
    names_said = listed(every[:NAMED])
    return say("%(names)s 等 %(n)s 户", names=names_said, n=len(every)) if len(every) > NAMED else names_said


def said_day(day: date) -> str:
    """A day with its day of the week."""
    return say("%(day)s（%(weekday)s）", day=day, weekday=weekday_of(day))
