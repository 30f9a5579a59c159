"""Reports among what waits: handed in, returned, signed over, sent back one by one (PGM.9, PGM.11, GPM.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from baohou.core.period import quarter_of
from baohou.core.sayings import Said, say
from baohou.guarantee.models import FilingStep, HandOver, HandOverItem, HandOverReceipt
from baohou.guarantee.queries.filing_steps import last_steps
from baohou.guarantee.queries.hand_overs import reports_back
from baohou.guarantee.queries.pages.waiting import CAME_BACK, SENT_BACK, WAITING, WaitingLine, first_and_rest
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.kernel.people.access import Person, Right
from baohou.kernel.prepared import prepared


def reports_to_accept(person: Person, on: date) -> Iterable[WaitingLine]:
    """Filings handed in that wait for the risk department."""
    if not person.may(Right.REVIEW_REPORT):
        return
    yield from first_and_rest(
        lambda most: _standing_steps(on, None, None, verb=FilingVerb.HANDED_IN, most=most),
        lambda step: _line(step, who=say("%(name)s上报，待接收", name=step.by.name), part=WAITING),
        url=reverse("risk") + "?standing=handed_in#reports",
    )


def reports_returned(person: Person, on: date) -> Iterable[WaitingLine]:
    """Filings that came back to the departments that a person answers for, and those that the person sent back."""
    if person.may(Right.FILE_REPORT):
        yield from first_and_rest(
            lambda most: _standing_steps(on, person.department_ids, None, verb=FilingVerb.RETURNED, most=most),
            lambda step: _line(step, who=say("%(name)s退回", name=step.by.name), part=CAME_BACK, because=step.because),
            url=reverse("reports"),
            part=CAME_BACK,
        )
    if person.may(Right.REVIEW_REPORT):
        yield from first_and_rest(
            lambda most: _standing_steps(on, None, person.staff_id, verb=FilingVerb.RETURNED, most=most),
            lambda step: _line(step, who=say("等部门重新上报"), part=SENT_BACK, because=step.because),
            url=reverse("risk") + "#returned",
            part=SENT_BACK,
        )


@prepared
def _standing_steps(
    on: date, departments: list[int] | None, by: int | None, *, verb: FilingVerb, most: int
) -> QuerySet[FilingStep]:
    """The filings whose last step is this one: of departments, taken by somebody."""
    steps = last_steps().filter(verb=verb, on__lte=on)
    if departments is not None:
        steps = steps.filter(filing__department__in=departments)
    if by is not None:
        steps = steps.filter(by=by)
    return steps.select_related("filing__department").order_by("on", "pk")[:most]


def _line(step: FilingStep, *, who: str, part: str, because: str = "") -> WaitingLine:
    quarter = quarter_of(step.filing.quarter)
    name, kind = step.filing.department.name, say(FilingKind(step.filing.kind).zh)
    return WaitingLine(
        what=say("%(department)s %(quarter)s %(kind)s", department=name, quarter=quarter, kind=kind),
        who=who,
        since=step.on,
        url=reverse("reports.department", args=[str(quarter), step.filing.department_id]),
        part=part,
        because=because,
    )


def receipts_to_answer(person: Person, on: date) -> Iterable[WaitingLine]:
    """Receipts signed over after the archive had the rest: no filing tells of them, as it does of the first."""
    if not person.may(Right.REVIEW_REPORT):
        return
    yield from first_and_rest(
        lambda most: _later_receipts(on, most=most),
        lambda one: WaitingLine(
            what=_later(one.hand_over),
            who=say("%(name)s签字移交，待签收", name=one.signed_by.name),
            since=one.signed_on,
            url=_list_of(one.hand_over),
        ),
        url=reverse("handover"),
    )


def receipts_returned(person: Person, on: date) -> Iterable[WaitingLine]:
    """Such receipts that came back, to the departments that a person answers for, until another is signed."""
    if not person.may(Right.FILE_REPORT):
        return
    yield from first_and_rest(
        lambda most: _returned_receipts(on, person.department_ids, most=most),
        lambda one: WaitingLine(
            what=_later(one.hand_over),
            who=say("风险管理部退回，补齐后重新签字移交"),
            since=one.returned_on,
            url=_list_of(one.hand_over),
            part=CAME_BACK,
            because=one.because,
        ),
        url=reverse("handover"),
        part=CAME_BACK,
    )


def _later(hand_over: HandOver) -> Said:
    quarter, name = quarter_of(hand_over.quarter), hand_over.department.name
    return say("%(department)s %(quarter)s 补移交的回访报告", department=name, quarter=quarter)


def _list_of(hand_over: HandOver) -> str:
    return reverse("handover.one", args=[str(quarter_of(hand_over.quarter)), hand_over.department_id])


def _receipts(on: date, but: FilingVerb) -> QuerySet[HandOverReceipt]:
    """Receipts not accepted whose filing does not stand so itself."""
    told = last_steps().filter(filing=OuterRef("hand_over__filing"), verb=but)
    receipts = HandOverReceipt.objects.filter(~Exists(told), accepted_on__isnull=True, signed_on__lte=on)
    return receipts.select_related("hand_over__department", "signed_by")


@prepared
def _later_receipts(on: date, *, most: int) -> QuerySet[HandOverReceipt]:
    waiting = _receipts(on, FilingVerb.HANDED_IN).filter(returned_on__isnull=True)
    return waiting.order_by("signed_on", "pk")[:most]


@prepared
def _returned_receipts(on: date, departments: list[int], *, most: int) -> QuerySet[HandOverReceipt]:
    """The last receipts of lists on which something is left to sign for."""
    later = HandOverReceipt.objects.filter(hand_over=OuterRef("hand_over"), pk__gt=OuterRef("pk"))
    unsigned = HandOverItem.objects.filter(hand_over=OuterRef("hand_over"), receipt__isnull=True)
    returned = _receipts(on, FilingVerb.RETURNED).filter(hand_over__department__in=departments)
    back = returned.filter(~Exists(later), Exists(unsigned), returned_on__isnull=False)
    return back.order_by("returned_on", "pk")[:most]


def reports_sent_back(person: Person, on: date) -> Iterable[WaitingLine]:
    """Visit reports that came back one by one, until they are given again (PGM.11).

    They stand with who made the visit, with who answers for the department, and with who sent them back.
    """
    if person.may(Right.RECORD_VISIT):
        yield from first_and_rest(
            lambda most: _made(person.staff_ids, most=most),
            lambda item: _back(item, who=_sender(item), part=CAME_BACK),
            url=reverse("handover"),
            part=CAME_BACK,
        )
    if person.may(Right.FILE_REPORT):
        yield from first_and_rest(
            lambda most: _of_departments(person.department_ids, person.staff_ids, most=most),
            lambda item: _back(
                item,
                who=say("%(visitor)s回访，%(sender)s", visitor=item.visit.by.name, sender=_sender(item)),
                part=CAME_BACK,
            ),
            url=reverse("handover"),
            part=CAME_BACK,
        )
    if person.may(Right.REVIEW_REPORT):
        yield from first_and_rest(
            lambda most: _sent_by(person.staff_id, most=most),
            lambda item: _back(
                item, who=say("等%(name)s重新移交", name=item.hand_over.department.name), part=SENT_BACK
            ),
            url=reverse("risk") + "#returned",
            part=SENT_BACK,
        )


def _back(item: HandOverItem, *, who: str, part: str) -> WaitingLine:
    client, visited_on = item.visit.client.name, item.visit.visited_on.isoformat()
    return WaitingLine(
        what=say("%(client)s %(on)s 的回访报告", client=client, on=visited_on),
        who=who,
        since=item.sent_back_on,
        url=_list_of(item.hand_over),
        part=part,
        because=item.sent_back,
    )


def _sender(item: HandOverItem) -> Said:
    if item.sent_back_by is None:
        return say("移交时被退回，补齐后重新移交")
    return say("%(name)s退回，补齐后重新移交", name=item.sent_back_by.name)


@prepared
def _made(by: list[int], *, most: int) -> QuerySet[HandOverItem]:
    return reports_back().filter(visit__by__in=by)[:most]


@prepared
def _of_departments(departments: list[int], but: list[int], *, most: int) -> QuerySet[HandOverItem]:
    """Those of departments, but for the reports that a person has as one's own."""
    return reports_back().filter(hand_over__department__in=departments).exclude(visit__by__in=but)[:most]


@prepared
def _sent_by(by: int, *, most: int) -> QuerySet[HandOverItem]:
    return reports_back().filter(sent_back_by=by)[:most]


SOURCES: Final = (reports_to_accept, reports_returned, receipts_to_answer, receipts_returned, reports_sent_back)
