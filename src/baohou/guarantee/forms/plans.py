"""What is typed on the page of a visit plan: days in the short way, filters, and one deed for several visits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.core.sayings import say
from baohou.guarantee.queries.pages.plan_table import STATES, Filters
from baohou.guarantee.rules.words import Grade, VisitKind

DEEDS = ("spread", "spread_district", "set", "shift", "clear")
_PARTS = re.compile(r"(?:([0-9]{4})[-/.年])?([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DIGITS = re.compile(r"([0-9]{4})?([0-9]{2})([0-9]{2})")


def read_day(text: str, quarter: Quarter) -> date | None:
    """The day that a text means: 2026-10-12, 10-12, 10.12, 10月12日, 1012 or 20261012; None when empty.

    Without a year it is the quarter's. Refused when it means no day.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return None
    found = _PARTS.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if found is not None:
        year, month, day = found.groups()
        try:
            return date(int(year or quarter.year), int(month), int(day))
        except ValueError:
            pass
    raise Refused(
        "guarantee.plan.no_day", "“%(text)s”不是日期：请写成 10-12 或 2026-10-12。", where="计划日期", text=text.strip()
    )


def read_seen(text: str) -> date | None:
    """The day that stood in a row when it was shown."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_filters(query: QueryDict) -> Filters:
    """The filters of an address; what means nothing is left out."""
    person, state = query.get("person", ""), query.get("state", "")
    return Filters(
        person=int(person) if person.isdecimal() else None,
        grade=Grade.read(query.get("grade", "")) if query.get("grade") else None,
        kind=VisitKind.read(query.get("kind", "")) if query.get("kind") else None,
        district=query.get("district", ""),
        state=state if state in STATES else "",
        day=read_seen(query.get("day", "")),
        lead=query.get("lead") == "1",
        since=read_seen(query.get("since", "")),
        until=read_seen(query.get("until", "")),
    )


def read_number(query: QueryDict) -> int:
    """The number of the page asked for; 1 for anything else."""
    said = query.get("page", "")
    return int(said) if said.isdecimal() and len(said) < 6 else 1


@dataclass(frozen=True)
class Several:
    """One deed for the visits ticked, each with the day it showed: as typed, so that a refusal loses nothing."""

    deed: str
    seen: dict[int, date | None]
    first: str
    last: str
    day: str
    by: str
    note: str
    confirmed: bool

    @classmethod
    def read(cls, form: QueryDict) -> Several:
        """What was sent."""
        ticks = [tick.partition(":") for tick in form.getlist("key")]
        seen = {int(key): read_seen(day) for key, _colon, day in ticks if key.isdecimal() and len(key) < 20}
        typed = {name: form.get(name, "").strip() for name in ("first", "last", "day", "by", "note")}
        return cls(form.get("deed", ""), seen, **typed, confirmed=bool(form.get("confirmed")))

    @classmethod
    def start(cls, quarter: Quarter, today: date) -> Several:
        """As the page first shows it: spread from today, or the quarter's first day, to its last."""
        first = max(today, quarter.first)
        return cls("", {}, first.isoformat(), quarter.last.isoformat(), "", "", "", False)

    @property
    def keys(self) -> list[int]:
        """The visits ticked."""
        return list(self.seen)

    def day_of(self, text: str, quarter: Quarter, *, what: str) -> date:
        """A day that must be given."""
        day = read_day(text, quarter)
        if day is None:
            raise Refused("guarantee.plan.no_day", "请填写%(what)s。", where=what, what=say(what))
        return day

    def working_days(self) -> int:
        """By how many working days to shift."""
        plain = unicodedata.normalize("NFKC", self.by).replace("−", "-").replace("+", "")
        if not re.fullmatch(r"-?[0-9]{1,3}", plain):
            raise Refused("guarantee.plan.no_shift", "请填顺延几个工作日；提前填负数。", where="工作日")
        return int(plain)
