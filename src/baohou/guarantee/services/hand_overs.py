"""The list of a quarter's reports: begun, brought up to date, ticked by giver and receiver, sent back (PGM.11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import Quarter, quarter_of
from baohou.core.sayings import say
from baohou.guarantee.models import Filing, FilingStep, HandOver, HandOverItem, HandOverReceipt
from baohou.guarantee.queries.hand_over_papers import require_all_there
from baohou.guarantee.queries.hand_overs import number_of, strays, unlisted, waiting_receipt
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Medium
from baohou.guarantee.services import events, reports, telling
from baohou.guarantee.services.summaries import have_listed
from baohou.guarantee.services.verbs import require_not_future, require_text
from baohou.kernel.audit.capture import add_rows, change_rows, set_rows
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.people.access import RIGHTS, Right
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import get_posting

_NO_PAGES: Mapping[int, int] = MappingProxyType({})
MOST_PAGES = 9999


@dataclass(frozen=True)
class Refreshed:
    """How many reports a list gained, and how many that are no longer the department's it lost."""

    added: int
    removed: int


@transaction.atomic
def begin(*, department: Department, quarter: Quarter, on: date, actor: str, door: str) -> HandOver:
    """Make the list of the quarter's reports of a department.

    Refused: a quarter that has not begun, a list there is already, a hand-over recorded without a list (imported as
    history), and a quarter without any visit to a client of the department.
    """
    if on < quarter.first:
        raise Refused("guarantee.hand_over.too_early", "%(quarter)s 还没有开始，没有可以移交的报告。", quarter=quarter)
    if HandOver.objects.filter(department=department, quarter=quarter.last).exists():
        raise Refused(
            "guarantee.hand_over.begun",
            "%(department)s的 %(quarter)s 移交清单已经列出，请刷新后再看。",
            department=department,
            quarter=quarter,
        )
    _require_no_history(department, quarter)
    visits = list(unlisted(department, quarter, None))
    if not visits:
        raise Refused(
            "guarantee.hand_over.nothing",
            "%(department)s在 %(quarter)s 没有回访报告，不需要移交。",
            department=department,
            quarter=quarter,
        )
    facts = {"department": department.name, "quarter": str(quarter), "reports": len(visits)}
    act = record_act(verb="hand_overs.begin", door=door, by=actor, facts=facts)
    hand_over = HandOver.objects.create(department=department, quarter=quarter.last, act=act)
    _put_on(hand_over, [visit.pk for visit in visits])
    have_listed(department=department.pk, quarter=quarter.last)
    return hand_over


@transaction.atomic
def refresh(*, hand_over: HandOver, actor: str, door: str) -> Refreshed:
    """Put on the list what was recorded since; take off what a correction gave to another department.

    What somebody signed for stays where it is.
    """
    hand_over = lock(hand_over)
    gone = list(strays(hand_over).values_list("pk", flat=True))
    new = list(unlisted(hand_over.department, quarter_of(hand_over.quarter), hand_over).values_list("pk", flat=True))
    if new or gone:
        facts = {**told(hand_over), "added": len(new), "removed": len(gone)}
        record_act(verb="hand_overs.refresh", door=door, by=actor, facts=facts)
        HandOverItem.objects.filter(pk__in=gone).delete()
        _put_on(hand_over, new)
        have_listed(department=hand_over.department_id, quarter=hand_over.quarter)
    return Refreshed(len(new), len(gone))


@transaction.atomic
def give(
    *,
    hand_over: HandOver,
    items: Sequence[HandOverItem],
    medium: Medium,
    on: date,
    by: Staff,
    actor: str,
    door: str,
    pages: Mapping[int, int] = _NO_PAGES,
    papers: Collection[int] | None = None,
) -> int:
    """Tick reports as given on a day, ``pages`` by item where counted; how many were not given before.

    ``papers`` are the papers of these reports that were ticked (Paper.key), None for all of them. Refused: a day to
    come, another list's item, a paper that is not ticked (GPM.9), and a report of somebody else by one who does not
    manage the department.
    """
    require_not_future(on, what="移交日期", where="移交日期")
    hand_over = lock(hand_over)
    items = [item for item in _own(hand_over, items) if item.given_on is None]
    if not _manages(by, hand_over.department, on):
        others = [item for item in items if item.visit.by_id != by.pk]
        if others:
            message = say(
                "%(others)s 不是%(by)s的回访报告，请由回访人本人或部门经理移交。",
                others=number_of(others[0]),
                by=by.name,
            )
            raise Refused("guarantee.hand_over.not_own", message)
    if not all(1 <= count <= MOST_PAGES for count in pages.values()):
        raise Refused(
            "guarantee.hand_over.pages", "页数须为 1 到 %(most_pages)s。", where="页数", most_pages=MOST_PAGES
        )
    _require_papers(items, papers)
    before = [_told(item) for item in items]
    for item in items:
        item.given_by, item.given_on = by, on
        item.sent_back, item.sent_back_by, item.sent_back_on = "", None, None
        item.medium, item.pages = medium, pages.get(item.pk, item.pages)
    _write("hand_overs.give", hand_over, items, before, actor=actor, door=door)
    events.tell_list(events.HandOverGiven, hand_over, visits=[item.visit_id for item in items])
    return len(items)


@transaction.atomic
def withdraw(*, hand_over: HandOver, items: Sequence[HandOverItem], by: Staff, actor: str, door: str) -> int:
    """Take back the giver's tick, where nobody received the report and nobody signed; how many.

    Refused: what has been received or signed for.
    """
    hand_over = lock(hand_over)
    items = [item for item in _own(hand_over, items) if item.given_on is not None]
    late = [item for item in items if item.received_on is not None or item.receipt_id is not None]
    if late:
        message = say("%(late)s 已签收或已签字移交，不能撤回；需要更正请风险管理部退回。", late=number_of(late[0]))
        raise Refused("guarantee.hand_over.taken", message)
    before = [_told(item) for item in items]
    for item in items:
        item.given_by = item.given_on = None
    _write("hand_overs.withdraw", hand_over, items, before, actor=actor, door=door)
    return len(items)


@transaction.atomic
def receive(
    *,
    hand_over: HandOver,
    items: Sequence[HandOverItem],
    on: date,
    by: Staff,
    actor: str,
    door: str,
    papers: Collection[int] | None = None,
) -> int:
    """Tick reports as received by the risk department; how many were not received before. ``papers`` as for ``give``.

    Refused: a day to come or before it was given, another list's item, what was not given, what one gave oneself, a
    paper that is not ticked (GPM.9), and anyone who is not of the risk department.
    """
    require_not_future(on, what="接收日期", where="接收日期")
    hand_over = lock(hand_over)
    require_receiver(by, on)
    items = [item for item in _own(hand_over, items) if item.received_on is None]
    before = [_told(item) for item in items]
    for item in items:
        if item.given_on is None:
            message = say("%(item)s 还没有移交，不能接收。", item=number_of(item))
            raise Refused("guarantee.hand_over.not_given", message)
        if item.given_by_id == by.pk:
            raise Refused(
                "guarantee.hand_over.same_person",
                "%(item)s 是%(by)s移交的，请由另一人接收。",
                item=number_of(item),
                by=by.name,
            )
        if on < item.given_on:
            message = say("接收日期 %(on)s 早于移交日期 %(given_on)s，请核对。", on=on, given_on=item.given_on)
            raise Refused("guarantee.hand_over.before_given", message, where="接收日期")
        item.received_by, item.received_on = by, on
    _require_papers(items, papers)
    _write("hand_overs.receive", hand_over, items, before, actor=actor, door=door)
    events.tell_list(events.HandOverReceived, hand_over, visits=[item.visit_id for item in items])
    return len(items)


@transaction.atomic
def send_back(
    *,
    hand_over: HandOver,
    items: Sequence[HandOverItem],
    because: str,
    on: date,
    by: Staff,
    actor: str,
    door: str,
) -> None:
    """Send reports back to the department with a reason; without items, the whole signed receipt.

    A receipt that lists them is void: what is left on it waits for another signature, and the filing is returned. The
    duty stays done on the day it was first signed. Refused: no reason, what was not given or lies in the archive, and
    nothing to send back.
    """
    because = require_text(because, what="退回理由")
    hand_over = lock(hand_over)
    require_receiver(by, on)
    receipt = waiting_receipt(hand_over)
    items = _own(hand_over, items)
    if receipt is None and not items:
        raise Refused("guarantee.hand_over.not_signed", "部门还没有签字移交，没有可以退回的。")
    void = receipt is not None and (not items or any(item.receipt_id == receipt.pk for item in items))
    before = [_told(item) for item in items]
    for item in items:
        if item.given_on is None:
            raise Refused("guarantee.hand_over.not_given", "%(item)s 还没有移交，不能退回。", item=number_of(item))
        if item.receipt_id is not None and (receipt is None or item.receipt_id != receipt.pk):
            message = say("%(item)s 已经归档，不能退回；需要查阅请借阅该卷。", item=number_of(item))
            raise Refused("guarantee.hand_over.archived", message)
        item.given_by = item.given_on = item.received_by = item.received_on = item.receipt = None
        item.sent_back, item.sent_back_by, item.sent_back_on = because, by, on
    act = _write("hand_overs.send_back", hand_over, items, before, actor=actor, door=door, because=because)
    events.tell_list(events.HandOverSentBack, hand_over, visits=[item.visit_id for item in items], because=because)
    telling.tell_sent_back(hand_over, items, because=because, on=on, by=by, act=act, whole=not items)
    if receipt is not None and void:
        _void(receipt, because=because, on=on)
        if hand_over.filing is not None and stands(hand_over.filing) is FilingVerb.HANDED_IN:
            reports.return_(filing=hand_over.filing, because=because, on=on, by=by, actor=actor, door=door)


def lock(hand_over: HandOver) -> HandOver:
    """The list as it is now; verbs about one list follow one another here."""
    found = HandOver.objects.select_for_update(of=("self",)).select_related("department", "filing")
    return found.get(pk=hand_over.pk)


def stands(filing: Filing) -> FilingVerb | None:
    """What happened to a filing last; None for one imported as history."""
    last = FilingStep.objects.filter(filing=filing).order_by("-pk").first()
    return FilingVerb(last.verb) if last else None


def require_receiver(by: Staff, on: date) -> None:
    """Refuse anyone whose post on the day does not take in what departments hand over."""
    posting = get_posting(staff=by, on=on)
    if posting is None or Right.REVIEW_REPORT not in RIGHTS[Post(posting.post)]:
        raise Refused(
            "guarantee.hand_over.not_receiver", "%(by)s不是风险管理部的保后主管或经理，不能接收。", by=by.name
        )


def require_manager(by: Staff, department: Department, on: date) -> None:
    """Refuse anyone who does not manage the department on the day."""
    if not _manages(by, department, on):
        raise Refused(
            "guarantee.hand_over.not_manager",
            "%(by)s不是%(department)s的部门经理，不能签字移交。",
            by=by.name,
            department=department,
        )


def _manages(by: Staff, department: Department, on: date) -> bool:
    posting = get_posting(staff=by, on=on)
    return posting is not None and posting.post == Post.DEPARTMENT_MANAGER and posting.department_id == department.pk


def _require_no_history(department: Department, quarter: Quarter) -> None:
    filed = Filing.objects.filter(department=department, quarter=quarter.last, kind=FilingKind.HAND_OVER).first()
    if filed is not None:
        message = say(
            "%(department)s的 %(quarter)s 回访报告已于 %(filed_on)s 移交（历史记录），不再列清单。",
            department=department,
            quarter=quarter,
            filed_on=filed.filed_on,
        )
        raise Refused("guarantee.hand_over.history", message)


def _own(hand_over: HandOver, items: Sequence[HandOverItem]) -> list[HandOverItem]:
    """The items as they are now; refused when one is not on the list."""
    wanted = {item.pk for item in items}
    found = list(hand_over.items.filter(pk__in=wanted).select_related("visit", "given_by", "received_by"))
    if len(found) != len(wanted):
        raise Refused("guarantee.hand_over.other_list", "有报告已不在这份清单上，请刷新后再看。")
    return found


def _require_papers(items: Sequence[HandOverItem], papers: Collection[int] | None) -> None:
    if papers is not None:
        require_all_there([(number_of(item), item.visit_id) for item in items], papers)


def _put_on(hand_over: HandOver, visits: Sequence[int]) -> None:
    """Put reports on the list, off any list of another department where nobody signed for them."""
    HandOverItem.objects.filter(visit__in=visits, receipt__isnull=True).exclude(hand_over=hand_over).delete()
    rows = [HandOverItem(hand_over=hand_over, visit_id=visit) for visit in visits]
    add_rows(HandOverItem, rows, batch_size=500)


def _void(receipt: HandOverReceipt, *, because: str, on: date) -> None:
    change_rows(receipt.items.all(), receipt=None)
    receipt.returned_on, receipt.because = on, because
    receipt.save(update_fields=["returned_on", "because"])


def _told(item: HandOverItem) -> dict[str, str | int | None]:
    """The ticks of an item, as the history keeps them."""
    return {
        "given_by": item.given_by.staff_no if item.given_by else None,
        "given_on": str(item.given_on) if item.given_on else None,
        "received_by": item.received_by.staff_no if item.received_by else None,
        "received_on": str(item.received_on) if item.received_on else None,
        "medium": Medium(item.medium).code,
        "pages": item.pages,
    }


def _write(
    verb: str,
    hand_over: HandOver,
    items: Sequence[HandOverItem],
    before: Sequence[dict[str, str | int | None]],
    *,
    actor: str,
    door: str,
    because: str = "",
) -> int:
    """Save the ticks of items, with the act and what they were before: its number, or 0 when nothing is written."""
    if not items and not because:
        return 0
    act = record_act(verb=verb, door=door, by=actor, because=because, facts=told(hand_over))
    rows = [(number_of(item), old, _told(item)) for item, old in zip(items, before, strict=True)]
    record_changes(act=act, table="guarantee_handoveritem", rows=rows)
    fields = ["given_by", "given_on", "received_by", "received_on", "medium", "pages", "receipt"]
    fields += ["sent_back", "sent_back_by", "sent_back_on"]
    set_rows(HandOverItem, items, fields)
    return act.pk


def told(hand_over: HandOver) -> dict[str, str]:
    """Which list an act is about."""
    return {"department": hand_over.department.name, "quarter": str(quarter_of(hand_over.quarter))}
