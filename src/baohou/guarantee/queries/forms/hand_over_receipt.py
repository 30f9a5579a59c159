"""A receipt of handed over reports, and a volume's contents page, as they are printed (PGM.11)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import HandOverItem, HandOverReceipt
from baohou.guarantee.queries.forms.visit_reports import report_number
from baohou.guarantee.queries.hand_over_papers import papers_of
from baohou.guarantee.queries.hand_overs import GIVER, RECEIPT, RECEIVER, REPORT, with_visits
from baohou.guarantee.rules.words import Medium, VisitKind
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.archive import Standing
from baohou.kernel.papers.models import Seal, Signature, Volume, VolumeItem


@dataclass(frozen=True)
class ReceiptLine:
    item: HandOverItem
    number: str
    client: str
    kind: VisitKind
    medium: Medium
    papers: list[str]


@dataclass(frozen=True)
class PrintedReceipt:
    """A receipt as it is printed. ``pages``: those counted, together; ``papers``: how many came with the reports.

    ``seal`` is None until both have signed.
    """

    receipt: HandOverReceipt
    department: str
    quarter: Quarter
    lines: list[ReceiptLine]
    pages: int
    papers: int
    giver: Signature | None
    receiver: Signature | None
    seal: Seal | None


def get_receipt(receipt: HandOverReceipt) -> PrintedReceipt:
    """A receipt with its reports by day. A sealed one names department and clients as they were called then."""
    items = receipt.items.select_related("visit__client", "given_by", "received_by")
    bound = archive.list_items(receipt.volume) if receipt.volume else []
    sealed = {one.subject_id: one for one in bound if one.kind == REPORT}
    ordered = list(items.order_by("visit__visited_on", "visit"))
    papers = _papers(ordered, bound)
    lines = [_line(item, sealed.get(item.visit_id), papers.get(item.visit_id, [])) for item in ordered]
    signatures = records.list_signatures(kind=RECEIPT, subject_id=receipt.pk)
    department = receipt.volume.unit if receipt.volume else receipt.hand_over.department.name
    return PrintedReceipt(
        receipt=receipt,
        department=department,
        quarter=quarter_of(receipt.hand_over.quarter),
        lines=lines,
        pages=sum(line.item.pages or 0 for line in lines),
        papers=sum(len(line.papers) for line in lines),
        giver=next((one for one in signatures if one.role == GIVER), None),
        receiver=next((one for one in signatures if one.role == RECEIVER), None),
        seal=records.find_seal(kind=RECEIPT, subject_id=receipt.pk),
    )


def _papers(items: list[HandOverItem], bound: list[VolumeItem]) -> dict[int, list[str]]:
    """The titles of the papers of each visit: as they were bound, before that as they are given."""
    if not bound:
        found = papers_of([item.visit_id for item in items])
        return {visit: [paper.title for paper in papers] for visit, papers in found.items()}
    titles = defaultdict[int, list[str]](list)
    for one, visit in with_visits(bound):
        if one.kind != REPORT:
            titles[visit].append(one.title)
    return titles


def _line(item: HandOverItem, sealed: VolumeItem | None, papers: list[str]) -> ReceiptLine:
    kind = VisitKind(item.visit.kind)
    client = sealed.title.removesuffix(f" {kind.zh}回访报告") if sealed else item.visit.client.name
    return ReceiptLine(item, report_number(item.visit), client, kind, Medium(item.medium), papers)


@dataclass(frozen=True)
class PrintedVolume:
    """A volume's contents page; ``pages`` are those counted, together."""

    standing: Standing
    items: list[VolumeItem]
    pages: int
    first: VolumeItem | None
    last: VolumeItem | None


def get_contents(volume: Volume, standing: Standing) -> PrintedVolume:
    """The contents page of a volume."""
    items = archive.list_items(volume)
    days = sorted(items, key=lambda one: one.dated)
    return PrintedVolume(
        standing, items, sum(one.pages or 0 for one in items), days[0] if days else None, days[-1] if days else None
    )
