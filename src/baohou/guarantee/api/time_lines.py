"""What happened to a client: one line of time, and the measures of all quarters."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from baohou.guarantee.api.measures import MeasureOut, measure_out
from baohou.guarantee.api.shapes import GradeCode, UrgencyCode, code
from baohou.guarantee.queries.pages.glance import Event, get_glance, list_measures
from baohou.guarantee.rules.words import Grade, Urgency, VisitKind
from baohou.guarantee.views.guards import client_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Limit, Out, Page, Pk, Ref, first_of

room = Room("客户")


class ClientEventOut(Out):
    """One thing that happened; what does not belong to its kind is null or empty.

    ``number`` is the visit's, order's or measure's, or the key of the duty that was missed or lapsed. ``what`` is the
    kind of visit or duty. Of a visit that was recorded when its due day had ``passed``: that day, and ``noted``, the
    day on which it was recorded. Of a duty missed: ``done_on`` when it was done after all.
    """

    on: date
    kind: Literal["grade", "issued", "released", "visit", "order", "measure", "missed", "lapsed"]
    number: int | None
    what: str
    by: str
    said: str
    grade: GradeCode | None
    urgency: UrgencyCode | None
    guarantee: Ref | None
    amount_fen: int | None
    currency: str
    passed: date | None
    noted: date | None
    done_on: date | None


@room.reads("/clients/{client}/time-line", Page[ClientEventOut])
def time_line(request: Call, client: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[ClientEventOut]:
    """客户的经过，新的在前：分类、担保、回访、特别回访令、措施、到期未办和失效；每一类最多 200 件。"""
    events = get_glance(client_for(request, client), on=request.today).events
    page, more = first_of(events, opened(request, cursor), limit=limit, key=_place)
    return Page[ClientEventOut](items=[_event(event) for event in page], next=sealed(request, more))


@room.reads("/clients/{client}/measures", Page[MeasureOut])
def measures(request: Call, client: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MeasureOut]:
    """各季度的处置措施，新的在前。"""
    of, after = client_for(request, client), opened(request, cursor)
    before = date.fromisoformat(after) if after else None
    found, more = list_measures(of, on=request.today, before=before, most=limit)
    return Page[MeasureOut](items=[measure_out(one) for one in found], next=sealed(request, str(more or "")))


def _place(event: Event) -> str:
    of = event.of.guarantee if event.kind in ("issued", "released") else event.of
    return f"{event.on} {event.kind} {of.key if event.kind in ('missed', 'lapsed') else of.pk}"


def _event(event: Event) -> ClientEventOut:
    told: dict[str, Any] = dict.fromkeys(ClientEventOut.model_fields)
    told |= {"what": "", "by": "", "said": "", "currency": ""}
    told |= {"on": event.on, "kind": event.kind, "passed": event.passed, "noted": event.noted}
    return ClientEventOut(**told | _TOLD[event.kind](event.of))


def _grade(of: Any) -> dict[str, Any]:
    return {"grade": code(Grade(of.grade)), "by": of.by.name, "said": of.because}


def _guarantee(of: Any) -> dict[str, Any]:
    one = of.guarantee
    return {
        "guarantee": Ref(id=one.pk, name=one.project_no),
        "amount_fen": one.amount_fen,
        "currency": one.currency,
    }


def _visit(of: Any) -> dict[str, Any]:
    told = {"number": of.pk, "what": VisitKind(of.kind).code, "by": of.by.name, "said": of.summary}
    return told | ({"guarantee": Ref(id=of.guarantee_id, name=of.guarantee.project_no)} if of.guarantee_id else {})


def _order(of: Any) -> dict[str, Any]:
    return {"number": of.pk, "urgency": Urgency(of.urgency).code, "by": of.by.name, "said": of.because}


def _measure(of: Any) -> dict[str, Any]:
    people = [one.name for one in (of.department_manager, of.manager_a, of.manager_b) if one is not None]
    return {"number": of.pk, "by": "、".join(people), "said": of.text}


def _duty(of: Any) -> dict[str, Any]:
    named = {"guarantee": Ref(id=of.guarantee_id, name=of.project_no)} if of.guarantee_id else {}
    return {"number": of.key, "what": of.kind.code, "by": of.owner, "done_on": of.done_on, **named}


_TOLD = {
    "grade": _grade,
    "issued": _guarantee,
    "released": _guarantee,
    "visit": _visit,
    "order": _order,
    "measure": _measure,
    "missed": _duty,
    "lapsed": _duty,
}
