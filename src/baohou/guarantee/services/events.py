"""What partners can be told of this room: visits, grades, what departments file, measures, hand-overs, late duties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from baohou.core.period import quarter_of
from baohou.guarantee.models import FilingStep, GradeChange, HandOver, Measure, MeasureAction, Visit, WorkMove
from baohou.guarantee.models import SpecialOrder as Order
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb, Grade, Urgency, VisitKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.hooks.emitting import emit, emit_all, list_wanting
from baohou.kernel.hooks.events import AT_ONCE, ClientName, Event, EventPart, Reason, StaffName, register
from baohou.kernel.parties.models import Party


@register
class VisitRecorded(Event):
    """A visit was recorded."""

    type = "visit.recorded"
    title = _("记录了回访")

    visit: int
    client: int
    client_name: ClientName = ""
    kind: str
    visited_on: date
    by: StaffName = ""


@register
class VisitAdded(Event):
    """Something was added to the sealed report of a visit."""

    type = "visit.added"
    title = _("补充了回访报告")

    visit: int
    client: int
    client_name: ClientName = ""


@register
class GradeChanged(Event):
    """A client's grade was changed between quarters; the grades of an accepted table are told by ``table.accepted``."""

    type = "grade.changed"
    title = _("调整了客户分类")

    client: int
    client_name: ClientName = ""
    grade: str
    effective_on: date
    because: Reason = ""
    by: StaffName = ""


@register
class SpecialOrdered(Event):
    """A special visit was ordered."""

    type = "special.ordered"
    title = _("安排了特别回访")

    order: int
    client: int
    client_name: ClientName = ""
    urgency: str
    ordered_on: date
    because: Reason = ""


@register
class MeasureFiled(Event):
    """The measure about a client of grade watch or risk was filed, or filed anew."""

    type = "measure.filed"
    title = _("填报了处置措施")

    client: int
    client_name: ClientName = ""
    quarter: str
    actions: int


@register
class MeasureDone(Event):
    """One action of a measure was done."""

    type = "measure.done"
    title = _("办结了一项处置措施")

    action: int
    client: int
    client_name: ClientName = ""
    quarter: str
    done_on: date


class FilingEvent(Event):
    """A department's plan, classification table or hand-over of a quarter moved between it and the risk department."""

    department: int
    department_name: str
    quarter: str
    on: date
    because: Reason = ""
    by: StaffName = ""


def _of_filings() -> dict[tuple[FilingKind, FilingVerb], type[FilingEvent]]:
    """An event for each kind of filing and what happens to it: plan.returned, table.accepted, hand_over.handed_in…"""
    nouns = {
        FilingKind.VISIT_PLAN: ("plan", "Plan"),
        FilingKind.CLASSIFICATION_REPORT: ("table", "Table"),
        FilingKind.HAND_OVER: ("hand_over", "HandOver"),
    }
    verbs = {
        FilingVerb.HANDED_IN: ("handed_in", "HandedIn"),
        FilingVerb.RETURNED: ("returned", "Returned"),
        FilingVerb.ACCEPTED: ("accepted", "Accepted"),
    }
    found = {}
    for kind, (noun, first) in nouns.items():
        for verb, (done, last) in verbs.items():
            said: dict[str, Any] = {
                "type": f"{noun}.{done}",
                "title": _TITLES[f"{noun}.{done}"],
                "__module__": __name__,
                "__doc__": _OF_FILING,
            }
            found[kind, verb] = register(type(f"{first}{last}", (FilingEvent,), said))
    return found


_OF_FILING: Final = FilingEvent.__doc__
_TITLES: Final = {
    "plan.handed_in": _("回访计划已上报"),
    "plan.returned": _("回访计划被退回"),
    "plan.accepted": _("回访计划已接收"),
    "table.handed_in": _("分类表已上报"),
    "table.returned": _("分类表被退回"),
    "table.accepted": _("分类表已接收，其中的分类生效"),
    "hand_over.handed_in": _("移交清单已签字"),
    "hand_over.returned": _("移交被退回"),
    "hand_over.accepted": _("移交已签收"),
}
_FILINGS: Final = _of_filings()


class ListEvent(Event):
    """Reports passed from one hand to another while a department's list is worked on; ``reports`` are visits."""

    department: int
    department_name: str
    quarter: str
    reports: list[int]
    because: Reason = ""


@register
class HandOverGiven(ListEvent):
    """The department gave reports over."""

    type = "hand_over.given"
    title = _("移交了报告")


@register
class HandOverReceived(ListEvent):
    """The risk department received reports."""

    type = "hand_over.received"
    title = _("收到了移交的报告")


@register
class HandOverSentBack(ListEvent):
    """The risk department sent reports back."""

    type = "hand_over.sent_back"
    title = _("退回了移交的报告")


@register
class WorkMoved(Event):
    """All work of somebody was handed over to others."""

    type = "work.moved"
    title = _("移交了某人的全部工作")

    move: int
    staff: StaffName = ""
    effective_on: date
    because: Reason = ""


class LateDuty(EventPart):
    """A duty that is past and not done. ``key`` is a 64-bit number."""

    key: int
    kind: str
    client: int | None
    department: int | None
    due_on: date
    owner: StaffName = ""


@register
class DutyLate(Event):
    """Duties became late on a business day, at most 200 in one event; the night tells them, each once."""

    type = "duty.late"
    title = _("事项逾期")

    on: date
    duties: list[LateDuty]


def tell_visit(visit: Visit) -> None:
    """Tell of a visit that was recorded."""
    kind, by = VisitKind(visit.kind).code, visit.by.staff_no
    client = _client(visit.client)
    emit(VisitRecorded(visit=visit.pk, **client, kind=kind, visited_on=visit.visited_on, by=by))


def tell_addition(visit: Visit) -> None:
    """Tell of what was added to a report."""
    emit(VisitAdded(visit=visit.pk, **_client(visit.client)))


def tell_grade(change: GradeChange) -> None:
    """Tell of a client's new grade."""
    said: dict[str, Any] = {
        "grade": Grade(change.grade).code,
        "effective_on": change.effective_on,
        "because": change.because,
    }
    emit(GradeChanged(**_client(change.client), **said, by=change.by.staff_no))


def tell_order(order: Order) -> None:
    """Tell of a special visit that was ordered."""
    said: dict[str, Any] = {
        "urgency": Urgency(order.urgency).code,
        "ordered_on": order.ordered_on,
        "because": order.because,
    }
    emit(SpecialOrdered(order=order.pk, **_client(order.client), **said))


def tell_measure(measure: Measure, *, actions: int) -> None:
    """Tell of a measure that was filed."""
    emit(MeasureFiled(**_client(measure.client), quarter=str(quarter_of(measure.quarter)), actions=actions))


def tell_action(action: MeasureAction, *, done_on: date) -> None:
    """Tell of an action that was done."""
    measure = action.measure
    quarter = str(quarter_of(measure.quarter))
    emit(MeasureDone(action=action.pk, **_client(measure.client), quarter=quarter, done_on=done_on))


def tell_filing(step: FilingStep) -> None:
    """Tell of what happened to a filing."""
    filing = step.filing
    kind = _FILINGS[FilingKind(filing.kind), FilingVerb(step.verb)]
    place: dict[str, Any] = {"department": filing.department_id, "department_name": filing.department.name}
    quarter = str(quarter_of(filing.quarter))
    emit(kind(**place, quarter=quarter, on=step.on, because=step.because, by=step.by.staff_no))


def tell_list(kind: type[ListEvent], hand_over: HandOver, *, visits: list[int], because: str = "") -> None:
    """Tell of reports that passed from one hand to another."""
    place: dict[str, Any] = {"department": hand_over.department_id, "department_name": hand_over.department.name}
    quarter = str(quarter_of(hand_over.quarter))
    emit(
        *(
            kind(**place, quarter=quarter, reports=visits[start : start + AT_ONCE], because=because)
            for start in range(0, len(visits), AT_ONCE)
        )
    )


def tell_move(move: WorkMove) -> None:
    """Tell that somebody's work was handed over."""
    said: dict[str, Any] = {"effective_on": move.effective_on, "because": move.because}
    emit(WorkMoved(move=move.pk, staff=move.staff.staff_no, **said))


def tell_late(*, after: date, on: date) -> None:
    """Tell of the duties that were due on ``after`` or later and are past on ``on``; reads none when nobody asks."""
    hooks = list_wanting(DutyLate)
    if hooks:
        emit_all(_late(after, on), hooks=hooks)


def _late(after: date, on: date) -> Iterator[DutyLate]:
    late = Duty.objects.filter(done_on__isnull=True, lapsed_on__isnull=True, due_on__gte=after, due_on__lt=on)
    columns = ("key", "kind", "party_id", "department_id", "due_on", "owner__staff_no")
    rows = late.order_by("due_on", "key").values_list(*columns).iterator()
    codes = {one.value: one.code for one in DutyKind}
    while piece := list(islice(rows, AT_ONCE)):
        duties = [
            LateDuty(key=key, kind=codes[kind], client=client, department=department, due_on=due_on, owner=owner or "")
            for key, kind, client, department, due_on, owner in piece
        ]
        yield DutyLate(on=on, duties=duties)


def _client(client: Party) -> dict[str, Any]:
    return {"client": client.pk, "client_name": client.name}
