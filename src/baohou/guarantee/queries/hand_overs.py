"""Which reports a department hands over for a quarter, which its list lacks, and what the receipt says (PGM.11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from baohou.core.period import Quarter, quarter_of
from baohou.core.sayings import listed, say
from baohou.guarantee.models import Guarantee, HandOver, HandOverItem, HandOverReceipt, Visit
from baohou.guarantee.queries.forms.visit_reports import report_number
from baohou.guarantee.queries.pages.clients import speaking
from baohou.guarantee.rules.words import Medium
from baohou.kernel.papers import archive
from baohou.kernel.papers.models import VolumeItem
from baohou.kernel.people.models import Department

RECEIPT = "hand_over_receipt"
"""The kind of paper of a receipt; its subject is the HandOverReceipt."""
REPORT = "visit_report"
"""The kind of paper of a report in a volume; its subject is the Visit."""
VOLUMES = "visit_reports"
"""The kind of volume that reports are bound into."""
GIVER, RECEIVER = "移交人", "接收人"
"""Who signs a receipt."""


def say_departments(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits with ``unit``: the department whose guarantee spoke for the client on that day; None when none did."""
    voice = speaking(OuterRef("client"), on=OuterRef("visited_on"))
    sound = Q(guarantee__isnull=True) | Q(guarantee__client=F("client"))
    return visits.filter(sound).annotate(unit=Subquery(voice.values("department")[:1]))


def with_departments(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits that have a report, with their ``unit``.

    The same visits, by the same rule, as queries.forms.list_visit_reports shows.
    """
    return say_departments(visits).filter(Q(unit__isnull=False))


def reports_of(department: Department, quarter: Quarter) -> QuerySet[Visit]:
    """The quarter's visits to clients that were the department's on the day of the visit, by day."""
    clients = Guarantee.objects.filter(department=department).values("client_id")
    made = Visit.objects.filter(visited_on__range=(quarter.first, quarter.last), client__in=clients)
    return with_departments(made).filter(Q(unit=department.pk)).order_by("visited_on", "pk")


def unlisted(department: Department, quarter: Quarter, hand_over: HandOver | None) -> QuerySet[Visit]:
    """The department's reports of the quarter that its list lacks, and no signed list of another department has."""
    found = reports_of(department, quarter)
    if hand_over is not None:
        found = found.exclude(hand_over_item__hand_over=hand_over)
    return found.filter(Q(hand_over_item__isnull=True) | Q(hand_over_item__receipt__isnull=True))


def strays(hand_over: HandOver) -> QuerySet[HandOverItem]:
    """Items not signed for whose visit is not the department's (any more): a guarantee was corrected since."""
    own = reports_of(hand_over.department, quarter_of(hand_over.quarter))
    return hand_over.items.filter(receipt__isnull=True).exclude(visit__in=own.values("pk"))


def waiting_receipt(hand_over: HandOver) -> HandOverReceipt | None:
    """The receipt that the department signed and the risk department has not answered."""
    return hand_over.receipts.filter(returned_on__isnull=True, accepted_on__isnull=True).first()


def reports_back() -> QuerySet[HandOverItem]:
    """Reports that were sent back one by one and not given again, by the day of their visits."""
    back = HandOverItem.objects.filter(sent_back__gt="", given_on__isnull=True)
    names = ("visit__client", "visit__by", "hand_over__department", "sent_back_by")
    return back.select_related(*names).order_by("visit__visited_on", "pk")


def sent_back_to(staff: Collection[int]) -> set[int]:
    """Of some people those to whom reports came back. One query."""
    return set(reports_back().filter(visit__by__in=staff).order_by().values_list("visit__by", flat=True))


def name_reports(visits: Sequence[Visit]) -> str:
    """Reports named in a sentence, the first ten of them; the visits know their client."""
    shown = listed(f"{visit.client.name} {visit.visited_on}" for visit in visits[:10])
    return say("%(named)s 等 %(n)s 份", named=shown, n=len(visits)) if len(visits) > 10 else shown


def tell_receipt(number: int) -> dict[str, Any] | None:
    """What a sealed receipt says, from what was written down when it was sealed and does not change afterwards."""
    receipt = HandOverReceipt.objects.filter(pk=number).select_related("volume", "signed_by", "accepted_by").first()
    if receipt is None or receipt.volume is None or receipt.accepted_by is None:
        return None
    items = receipt.items.select_related("given_by", "received_by")
    ticks = {item.visit_id: item for item in items}
    return {
        "department": receipt.volume.unit,
        "quarter": receipt.volume.period,
        "volume": receipt.volume.number,
        "signed_on": receipt.signed_on,
        "signed_by": receipt.signed_by.staff_no,
        "accepted_on": receipt.accepted_on,
        "accepted_by": receipt.accepted_by.staff_no,
        "items": [
            {
                "position": one.position,
                "number": one.number,
                "title": one.title,
                "visited_on": one.dated,
                "pages": one.pages,
                "note": one.note,
                **_ticks(ticks.get(visit)),  # papers share the ticks of their report
            }
            for one, visit in with_visits(archive.list_items(receipt.volume))
        ],
    }


def with_visits(bound: Iterable[VolumeItem]) -> Iterator[tuple[VolumeItem, int]]:
    """What is bound in a volume, in its order, with the visit that it is about: papers follow their report."""
    visit = 0
    for one in bound:
        visit = one.subject_id if one.kind == REPORT else visit
        yield one, visit


def _ticks(item: HandOverItem | None) -> dict[str, Any]:
    if item is None or item.given_by is None or item.received_by is None:
        return {}
    return {
        "medium": Medium(item.medium).code,
        "given_by": item.given_by.staff_no,
        "given_on": item.given_on,
        "received_by": item.received_by.staff_no,
        "received_on": item.received_on,
    }


def number_of(item: HandOverItem) -> str:
    """The number of an item's report; the item knows its visit."""
    return report_number(item.visit)
