"""Giving, receiving and signing in tests, through the real verbs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.models import HandOver, HandOverItem, HandOverReceipt, Visit
from baohou.guarantee.rules.words import Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs
from baohou.kernel.papers import archive
from baohou.kernel.people.models import Staff

EIGHTH, NINTH, TENTH, TWELFTH = (date(2026, 10, day) for day in (8, 9, 10, 12))
CABINET = archive.Place("3号柜", "第2层")


def told_by(staff: Staff) -> dict[str, Any]:
    return {"by": staff, "actor": staff.staff_no, "door": "page"}


def items(hand_over: HandOver, visits: Iterable[Visit] | None = None) -> list[HandOverItem]:
    found = hand_over.items.order_by("visit__visited_on")
    return list(found if visits is None else found.filter(visit__in=visits))


def give_all(hand_over: HandOver, cast: Any, on: date = NINTH) -> None:
    hand_overs.give(hand_over=hand_over, items=items(hand_over), medium=Medium.PAPER, on=on, **told_by(cast.manager))


def receive_all(hand_over: HandOver, cast: Any, on: date = TENTH) -> None:
    hand_overs.receive(hand_over=hand_over, items=items(hand_over), on=on, **told_by(cast.supervisor))


def sign_over(hand_over: HandOver, cast: Any, on: date = NINTH) -> HandOverReceipt:
    return hand_over_receipts.sign_over(hand_over=hand_over, on=on, **told_by(cast.manager))


def sign_for(hand_over: HandOver, cast: Any, on: date = TENTH) -> HandOverReceipt:
    return hand_over_receipts.sign_for(
        hand_over=hand_over, place=CABINET, retention_years=10, on=on, **told_by(cast.supervisor)
    )


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.code == code)
