"""How far each department's hand-over of a quarter is, and one list with its ticks and receipts (PGM.11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import (
    Filing,
    HandOver,
    HandOverItem,
    HandOverReceipt,
    Visit,
)
from baohou.guarantee.queries.forms.visit_reports import report_number
from baohou.guarantee.queries.hand_over_papers import Paper, papers_of
from baohou.guarantee.queries.hand_overs import RECEIPT, unlisted, waiting_receipt
from baohou.guarantee.queries.pages.progress import Progress
from baohou.guarantee.queries.pages.reports import list_quarters
from baohou.guarantee.queries.pages.unlisted import count_unlisted
from baohou.guarantee.queries.report_duties import report_duties
from baohou.guarantee.rules.words import DutyKind, FilingKind, Medium, VisitKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Seal
from baohou.kernel.people.access import Person, Reach, Right
from baohou.kernel.people.models import Department

PAGE = 200
PARTS = ("giving", "receiving", "all")
SHOWN = 20
"""So many reports that the list lacks are named on the page."""
_DONE = ("archived", "history")
_RANK = {"overdue": 0, "waiting": 1, "open": 2, "running": 3, "archived": 4, "history": 4}


@dataclass(frozen=True)
class HandOverRow:
    """One department's quarter. ``state`` is one of _RANK's names."""

    quarter: Quarter
    department: Department
    state: str
    due_on: date | None
    filing: Filing | None
    progress: Progress
    begun: bool

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the list says of it, so that the same line need not be written twice."""
        of, filed = self.department, None
        if self.filing:
            filed = (self.filing.filed_on, self.filing.by.name if self.state == "history" else "")
        return self.quarter, of.pk, of.name, self.state, self.due_on, filed, self.progress


@dataclass(frozen=True)
class HandOverRows:
    rows: list[HandOverRow]
    missing: int
    to_receive: int
    overdue: int

    @property
    def progress(self) -> Progress:
        """How far all lists together have come; reports imported without a list are not counted."""
        return sum((row.progress for row in self.rows if row.state != "history"), Progress())


@dataclass
class _Pair:
    """What is known of a department's quarter while the rows are gathered."""

    due_on: date | None = None
    filing: Filing | None = None
    hand_over: bool = False
    waiting: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def gives_all(person: Person, department_id: int) -> bool:
    """Whether the person hands over all reports of a department and signs for it."""
    return person.signs_for(department_id)


def list_hand_overs(person: Person, *, on: date, part: str = "open") -> HandOverRows:
    """The hand-overs of this quarter and the eight before within the person's reach: overdue first, done last.

    ``part``: open, done or all. A project manager sees those with own visits, and own visits counted.

    The sums are as services.summaries.keep_up left them, with the visits since. Eight queries.
    """
    quarters = {quarter.last: quarter for quarter in (quarter_of(on), *list_quarters(on))}
    pairs = _gather(person, sorted(quarters))
    _count_unlisted(person, pairs, quarters, on)
    departments = Department.objects.in_bulk({department for _, department in pairs})
    rows = [
        _row(quarters[last], departments[department], pair, on)
        for (last, department), pair in pairs.items()
        if person.sees_department(department) or (person.reach is Reach.OWN and any(pair.counts.values()))
    ]
    rows.sort(key=_order)
    doing = [row for row in rows if row.state not in _DONE]
    chosen = {"open": doing, "done": [row for row in rows if row.state in _DONE]}.get(part, rows)
    ended = [row for row in doing if row.quarter.last <= on]
    return HandOverRows(
        rows=chosen,
        missing=sum(row.progress.missing for row in ended),
        to_receive=sum(row.progress.to_receive for row in doing),
        overdue=sum(row.state == "overdue" for row in doing),
    )


def _order(row: HandOverRow) -> tuple[int, int, str]:
    """Overdue first, the earliest due before others; of those done the latest quarter first."""
    rank, day = _RANK[row.state], (row.due_on or row.quarter.last).toordinal()
    return rank, -day if row.state in _DONE else day, row.department.name


def _gather(person: Person, lasts: list[date]) -> dict[tuple[date, int], _Pair]:
    """What is stored of each department's quarter: duty, filing, list with its counts."""
    pairs: dict[tuple[date, int], _Pair] = {}
    duties = report_duties(DutyKind.HAND_OVER, lasts=lasts).filter(department__isnull=False).order_by()
    for opens_on, department, due_on in duties.values_list("opens_on", "department_id", "due_on"):
        assert department is not None
        pairs[opens_on, department] = _Pair(due_on)
    filings = Filing.objects.filter(kind=FilingKind.HAND_OVER, quarter__in=lasts).select_related("by")
    for filing in filings:
        pairs.setdefault((filing.quarter, filing.department_id), _Pair()).filing = filing
    own = Q(items__visit__by=person.staff_id) if person.reach is Reach.OWN else Q()
    waiting = HandOverReceipt.objects.filter(
        hand_over=OuterRef("pk"), returned_on__isnull=True, accepted_on__isnull=True
    )
    lists = HandOver.objects.filter(quarter__in=lasts).annotate(
        waits=Exists(waiting),
        total=Count("items", filter=own),
        given=Count("items", filter=own & Q(items__given_on__isnull=False)),
        received=Count("items", filter=own & Q(items__received_on__isnull=False)),
        archived=Count("items", filter=own & Q(items__receipt__accepted_on__isnull=False)),
    )
    for hand_over in lists:
        pair = pairs.setdefault((hand_over.quarter, hand_over.department_id), _Pair())
        pair.hand_over, pair.waiting = True, hand_over.waits
        pair.counts = {name: getattr(hand_over, name) for name in ("total", "given", "received", "archived")}
    return pairs


def _count_unlisted(
    person: Person, pairs: dict[tuple[date, int], _Pair], quarters: dict[date, Quarter], on: date
) -> None:
    """Count reports on no list, for the quarters in which somebody works with a list or ought to."""
    working = {last for (last, _), pair in pairs.items() if pair.hand_over or not pair.filing} | {quarter_of(on).last}
    spans = [(quarters[last].first, last) for last in working]
    counts: Counter[tuple[date, int]] = Counter()
    for last, department, count in count_unlisted(person, spans=spans, on=on):
        counts[last, department] += count
    for (last, department), count in counts.items():
        if last not in working:
            continue
        pair = pairs.setdefault((last, department), _Pair())
        if pair.hand_over or not pair.filing:
            pair.counts["unlisted"] = count


def _row(quarter: Quarter, department: Department, pair: _Pair, on: date) -> HandOverRow:
    progress = Progress(**pair.counts)
    due_on = pair.due_on
    filed = pair.filing is not None
    if filed and not pair.hand_over:
        state = "history"
    elif progress.complete:
        state = "archived"
    elif pair.waiting:
        state = "waiting"
    elif quarter.last > on:
        state = "running"
    elif due_on is not None and due_on < on and not filed:
        state = "overdue"
    else:
        state = "open"
    return HandOverRow(quarter, department, state, due_on, pair.filing, progress, pair.hand_over)


@dataclass(frozen=True)
class ItemRow:
    """One report of the list and its papers, and what a page that is shown again had been told of them."""

    item: HandOverItem
    number: str
    kind: VisitKind
    medium: Medium
    archived: bool
    ticked: bool
    pages: str
    papers: list[tuple[Paper, bool]]


@dataclass(frozen=True)
class ReceiptRow:
    receipt: HandOverReceipt
    seal: Seal | None


@dataclass(frozen=True)
class HandOverList:
    """The list of one department's quarter as one person may see it. ``hand_over`` is None before it is begun.

    ``part`` is the part shown; ``lacking`` are the first reports that are not on the list.
    """

    quarter: Quarter
    department: Department
    hand_over: HandOver | None
    history: Filing | None
    duty: Duty | None
    progress: Progress
    back: int
    waiting: HandOverReceipt | None
    receipts: list[ReceiptRow]
    lacking: list[Visit]
    part: str
    rows: list[ItemRow]
    after: str
    gives: bool
    signs: bool
    receives: bool

    @property
    def may_sign_over(self) -> bool:
        """Whether everything is given and nobody signed for it yet."""
        return self.waiting is None and not self.progress.missing and self.progress.archived < self.progress.total

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The parts of the list with how many reports each has."""
        numbers = (self.progress.total - self.progress.given, self.progress.to_receive, self.progress.total)
        return list(zip(PARTS, numbers, strict=True))

    @property
    def can_tick(self) -> bool:
        """Whether the person can do something to the reports shown."""
        if self.progress.archived == self.progress.total:
            return False
        return (self.gives and self.part != "receiving") or (self.receives and self.part != "giving") or self.gives

    @property
    def may_sign_for(self) -> bool:
        return self.waiting is not None and not self.progress.missing and not self.progress.to_receive


def find_hand_over(department: Department, quarter: Quarter) -> HandOver | None:
    """The list of a department's quarter."""
    found = HandOver.objects.filter(department=department, quarter=quarter.last)
    return found.select_related("department", "filing").first()


def visible_items(person: Person, hand_over: HandOver) -> QuerySet[HandOverItem]:
    """The reports of a list that a person sees: all of the department's, or those of one's own visits."""
    if person.sees_department(hand_over.department_id):
        return hand_over.items.all()
    return hand_over.items.filter(visit__by=person.staff_id)


def get_list(
    person: Person,
    department: Department,
    quarter: Quarter,
    *,
    part: str = "",
    after: str = "",
    ticked: Iterable[int] = (),
    ticked_papers: Collection[int] = (),
    pages: dict[int, str] | None = None,
) -> HandOverList | None:
    """One list within the person's reach; None when nothing of it is. Ten queries."""
    hand_over = find_hand_over(department, quarter)
    lacking = unlisted(department, quarter, hand_over).select_related("client", "by")
    items = visible_items(person, hand_over) if hand_over else HandOverItem.objects.none()
    whole = person.sees_department(department.pk)
    if not whole:
        lacking = lacking.filter(by=person.staff_id)
    filing = Filing.objects.filter(department=department, quarter=quarter.last, kind=FilingKind.HAND_OVER)
    history = None if hand_over else filing.select_related("by").first()
    counts = items.aggregate(
        total=Count("pk"),
        given=Count("given_on"),
        received=Count("received_on"),
        archived=Count("pk", filter=Q(receipt__accepted_on__isnull=False)),
        back=Count("pk", filter=~Q(sent_back="")),
    )
    back = counts.pop("back")
    progress = Progress(**counts, unlisted=0 if history else lacking.count())
    if not whole and not progress.all:
        return None
    receives, signs = person.may(Right.REVIEW_REPORT), gives_all(person, department.pk)
    gives = signs or not whole
    part = part if part in PARTS else _usual_part(progress, gives=gives, receives=receives)
    shown, behind = _page(_part(items, part), after)
    receipts = _receipts(hand_over) if hand_over and whole else []
    duty = report_duties(DutyKind.HAND_OVER, lasts=[quarter.last]).filter(department=department).first()
    return HandOverList(
        quarter=quarter,
        department=department,
        hand_over=hand_over,
        history=history,
        duty=duty,
        progress=progress,
        back=back,
        waiting=waiting_receipt(hand_over) if hand_over else None,
        receipts=receipts,
        lacking=[] if history else list(lacking[:SHOWN]),
        part=part,
        rows=_item_rows(shown, set(ticked), ticked_papers, pages or {}),
        after=behind,
        gives=gives,
        signs=signs,
        receives=receives,
    )


def _usual_part(progress: Progress, *, gives: bool, receives: bool) -> str:
    if gives and progress.given < progress.total:
        return "giving"
    if receives and progress.to_receive:
        return "receiving"
    return "all"


def _part(items: QuerySet[HandOverItem], part: str) -> QuerySet[HandOverItem]:
    if part == "giving":
        return items.filter(given_on__isnull=True)
    if part == "receiving":
        return items.filter(given_on__isnull=False, received_on__isnull=True)
    return items


def _page(items: QuerySet[HandOverItem], after: str) -> tuple[list[HandOverItem], str]:
    """One page of items by the day of the visit, behind the item ``after`` (its row); and the last when more follow."""
    last = items.model.objects.select_related("visit").filter(pk=int(after)).first() if after.isdecimal() else None
    if last is not None:
        day = last.visit.visited_on
        items = items.filter(Q(visit__visited_on__gt=day) | Q(visit__visited_on=day, visit__gt=last.visit_id))
    items = items.select_related(
        "visit__client", "visit__by", "visit__guarantee", "given_by", "received_by", "receipt__volume"
    )
    page = list(items.order_by("visit__visited_on", "visit")[: PAGE + 1])
    return page[:PAGE], str(page[PAGE - 1].pk) if len(page) > PAGE else ""


def _item_rows(
    items: Sequence[HandOverItem], ticked: set[int], ticked_papers: Collection[int], pages: dict[int, str]
) -> list[ItemRow]:
    papers = papers_of([item.visit_id for item in items])
    return [
        _item_row(item, ticked, pages, [(paper, paper.key in ticked_papers) for paper in papers.get(item.visit_id, ())])
        for item in items
    ]


def _item_row(item: HandOverItem, ticked: set[int], pages: dict[int, str], papers: list[tuple[Paper, bool]]) -> ItemRow:
    return ItemRow(
        item=item,
        number=report_number(item.visit),
        kind=VisitKind(item.visit.kind),
        medium=Medium(item.medium),
        archived=item.receipt is not None and item.receipt.accepted_on is not None,
        ticked=item.pk in ticked,
        pages=pages.get(item.pk, str(item.pages or "")),
        papers=papers,
    )


def _receipts(hand_over: HandOver) -> list[ReceiptRow]:
    """The receipts of a list, the latest first, with their seals."""
    receipts = list(hand_over.receipts.select_related("signed_by", "accepted_by", "volume").order_by("-pk"))
    seals = {
        seal.subject_id: seal
        for seal in Seal.objects.filter(kind=RECEIPT, subject_id__in=[receipt.pk for receipt in receipts])
    }
    return [ReceiptRow(receipt, seals.get(receipt.pk)) for receipt in receipts]
