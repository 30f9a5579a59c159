"""A whole visit report as each door takes it: all that the form of a kind asks has an answer."""

from __future__ import annotations

from typing import Any

from baohou.guarantee.rules.matters import METHODS_KEY, asked_of
from baohou.guarantee.rules.words import VisitKind

ANSWER = "没有变化"
CONCLUSION = "经营正常"


def matters(kind: VisitKind, **told: str) -> dict[str, str]:
    """The matters of a kind of visit, each with an answer, as the API takes them; ``told`` are answers of its own."""
    return {matter.code: ANSWER for matter in asked_of(kind)} | told


def findings(kind: VisitKind, **told: str) -> dict[str, Any]:
    """The same as a report keeps it, with what a talk found."""
    return {**matters(kind, **told), METHODS_KEY: {"talk": "订单饱满"}}


def body(kind: VisitKind) -> dict[str, Any]:
    """What the API asks of every visit of a kind beside its day and its key."""
    told = {"kind": kind.code, "methods": {"talk": "订单饱满"}, "matters": matters(kind), "summary": CONCLUSION}
    return {**told, "unsigned_because": "老板出差"}


def typed(kind: VisitKind) -> dict[str, str]:
    """The same as the form sends it."""
    told = {f"{kind.code}-{code}": text for code, text in matters(kind).items()}
    told |= {"kind": kind.code, "method-talk": "on", "found-talk": "订单饱满", "summary": CONCLUSION}
    return {**told, "unsigned_because": "老板出差"}
