"""Appeals among what waits for a person: those to decide, and one's own that others have to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.urls import reverse

from baohou.core.sayings import Said, say, together
from baohou.guarantee.queries.pages.waiting import SENT, WaitingLine, first_and_rest
from baohou.kernel.accountability.worklist import AppealRow, list_own_open, list_waiting_appeals
from baohou.kernel.people.access import Person


def appeals_to_decide(person: Person, on: date) -> Iterable[WaitingLine]:
    """Open appeals of others, the oldest first, for who decides them (PGM.12); of many the rest as one line."""
    yield from first_and_rest(
        lambda most: list_waiting_appeals(person, limit=most),
        lambda row: WaitingLine(
            what=say("%(name)s的申诉：%(about)s", name=row.appeal.staff.name, about=_about(row)),
            who=say("处罚已冲回，请结案") if row.is_void else say("请裁定"),
            since=row.appeal.filed_on,
            url=_story(row) if row.is_void else reverse("appeals.decide", args=[row.appeal.pk]),
        ),
        url=reverse("appeals"),
    )


def own_appeals(person: Person, on: date) -> Iterable[WaitingLine]:
    """One's own appeals that nobody has decided yet."""
    yield from first_and_rest(
        lambda most: list_own_open(person, limit=most),
        lambda row: WaitingLine(
            what=say("我的申诉：%(about)s", about=_about(row)),
            who=say("处罚已冲回，可以结案") if row.is_void else say("等待裁定"),
            since=row.appeal.filed_on,
            url=_story(row),
            part=SENT,
        ),
        url=reverse("appeals") + "?part=mine",
        part=SENT,
    )


def _about(row: AppealRow) -> Said:
    """The duty, and whom it was about."""
    department = row.appeal.department
    whom = row.party.name if row.party else department.name if department else ""
    return together([whom, say(row.duty_word)] if whom else [say(row.duty_word)], " ")


def _story(row: AppealRow) -> str:
    return reverse("penalties.story", args=[row.appeal.duty_key, row.appeal.staff_id])


SOURCES: Final = (appeals_to_decide, own_appeals)
