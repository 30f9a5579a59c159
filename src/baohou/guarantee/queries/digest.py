"""What each person owes, for many people at once: the morning digest, and what has just become late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from baohou.core.sayings import THEN, Said, listed, say, say_many, together
from baohou.core.weekdays import weekday_of
from baohou.guarantee.models import MeasureAction, MovedDuty, MoveSigner
from baohou.guarantee.queries.actions import doers_of, handed_actions
from baohou.guarantee.queries.hand_overs import sent_back_to
from baohou.guarantee.queries.pages.waiting import SENT, SENT_BACK, WaitingLine, list_waiting
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.notices.digest import Digest
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.standing import list_people

NAMED: Final = 3
"""So many duties of each part are named; the rest are counted."""
_PIECE: Final = 500
_HOME: Final = "/"
"""Written out: the day would load every page, and the API, to look up this one address."""
_PARTS: Final = ("overdue", "today", "week")


@dataclass
class Owed:
    """What somebody owes: how many by part, and the first of each in words."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_PARTS, 0))
    named: dict[str, list[str]] = field(default_factory=lambda: {part: [] for part in _PARTS})

    def __bool__(self) -> bool:
        return any(self.counts.values())


@dataclass(frozen=True)
class Late:
    """What has just become late for a person, in words."""

    person: Staff
    title: str
    text: str
    url: str


def list_digests(staff_ids: Collection[int], *, on: date) -> Iterator[Digest]:
    """The digests of those who owe or are waited for; of somebody with nothing to do, none.

    Some queries for each 500 people; more only for those whose post has others waiting for them (heads, risk).
    """
    everyone = sorted(staff_ids)
    for start in range(0, len(everyone), _PIECE):
        people = list_people(everyone[start : start + _PIECE], on=on)
        owners = {pk for person in people for pk in person.staff_ids}
        owed, asked = get_owed(owners, on=on), _to_sign(owners) | sent_back_to(owners)
        for person in people:
            digest = _digest(person, owed, _waiting(person, asked, on), on)
            if digest is not None:
                yield digest


def get_owed(owners: Collection[int], *, on: date) -> dict[int, Owed]:
    """What each of some people owes up to Sunday, with what was handed over to or by them. Nine queries."""
    owed: defaultdict[int, Owed] = defaultdict(Owed)
    sunday = on + timedelta(days=6 - on.weekday())
    open_ = Duty.objects.filter(done_on__isnull=True, lapsed_on__isnull=True, opens_on__lte=on, due_on__lte=sunday)
    moved = _moved(owners, on)
    mine = _without(open_.filter(owner__in=owners), [key for key, (owner, _) in moved.items() if owner in owners])
    received = {key: to for key, (_, to) in moved.items() if to in owners}
    parts = {
        "overdue": Q(due_on__lt=on),
        "today": Q(due_on=on),
        "week": Q(due_on__gt=on),
    }
    sums = {name: Count("pk", filter=of) for name, of in parts.items()}
    for owner, *counts in mine.order_by().values("owner").annotate(**sums).values_list("owner", *parts):
        owed[owner].counts = dict(zip(parts, counts, strict=True))
    for name, of in parts.items():
        for owner, said in _first(mine.filter(of), on):
            owed[owner].named[name].append(said)
    for duty in open_.filter(key__in=list(received)[:_PIECE]).select_related("party", "department"):
        name = "overdue" if duty.due_on < on else "today" if duty.due_on == on else "week"
        to = owed[received[duty.key]]
        to.counts[name] += 1
        if len(to.named[name]) < NAMED:
            what = duty.party.name if duty.party else duty.department.name if duty.department else ""
            to.named[name].append(_said(duty.kind, what, duty.due_on, on))
    _add_actions(owed, owners, on, sunday)
    return owed


def _add_actions(owed: defaultdict[int, Owed], owners: Collection[int], on: date, sunday: date) -> None:
    """What measures have these people do (PGM.10). Three queries."""
    received, given = handed_actions(owners, on=on)
    mine = Q(responsible__in=owners) & ~Q(pk__in=given[:_PIECE]) | Q(pk__in=received[:_PIECE])
    actions = MeasureAction.objects.filter(mine, done_on__isnull=True, due_on__lte=sunday)
    for owner, said, due_on in _told(actions, on):
        name = "overdue" if due_on < on else "today" if due_on == on else "week"
        owed[owner].counts[name] += 1
        if len(owed[owner].named[name]) < NAMED:
            owed[owner].named[name].append(said)


def _told(actions: QuerySet[MeasureAction], on: date) -> Iterator[tuple[int, str, date]]:
    """Who does each action now, what it is in words, and when it is due. Two queries."""
    rows = list(actions.select_related("measure__client").order_by("due_on", "pk"))
    doers = doers_of([one.pk for one in rows], on=on)
    for one in rows:
        doer = doers[one.pk].pk if one.pk in doers else one.responsible_id
        client, text, day = one.measure.client.name, one.text[:40], _day(one.due_on, on)
        yield doer, say("%(client)s 处置措施：%(text)s（%(day)s）", client=client, text=text, day=day), one.due_on


def list_newly_late(*, after: date, on: date) -> list[Late]:
    """Who has duties, or actions of measures, that were due on ``after`` or later and are past on ``on``.

    One entry per person. Seven queries.
    """
    late = Duty.objects.filter(
        done_on__isnull=True, lapsed_on__isnull=True, owner__isnull=False, due_on__gte=after, due_on__lt=on
    )
    counts = dict(late.order_by().values_list("owner").annotate(Count("pk")))
    named: defaultdict[int, list[str]] = defaultdict(list)
    for owner, said in _first(late, on):
        named[owner].append(said)
    actions = MeasureAction.objects.filter(done_on__isnull=True, due_on__gte=after, due_on__lt=on)
    for owner, said, _ in _told(actions, on):
        counts[owner] = counts.get(owner, 0) + 1
        named[owner] = [*named[owner], said][:NAMED]
    found = []
    for person in Staff.objects.in_bulk(list(counts)).values():
        n = counts[person.pk]
        lines = [together(["· ", said]) for said in named[person.pk]]
        lines += [say("……共 %(n)s 件", n=n)] if n > NAMED else []
        title = say("您有 %(n)s 件事项逾期了，请尽快办理", n=n)
        found.append(Late(person, title, together(lines, "\n"), _HOME))
    return found


def _first(duties: QuerySet[Duty], on: date) -> Iterator[tuple[int, str]]:
    """The first NAMED duties of each owner, in words."""
    turn = Window(RowNumber(), partition_by=F("owner"), order_by=[F("due_on"), F("key")])
    what = Coalesce(F("party__name"), F("department__name"), Value(""), output_field=CharField())
    ranked = duties.annotate(turn=turn, what=what).filter(turn__lte=NAMED)
    for owner, kind, name, due_on in ranked.order_by("owner", "due_on", "key").values_list(
        "owner", "kind", "what", "due_on"
    ):
        yield owner, _said(kind, name, due_on, on)


def _said(kind: int, what: str, due_on: date, on: date) -> Said:
    return say("%(what)s %(kind)s（%(day)s）", what=what, kind=say(DutyKind(kind).zh), day=_day(due_on, on))


def _day(due_on: date, on: date) -> Said:
    weekday, month, day = weekday_of(due_on), due_on.month, due_on.day
    if due_on.year == on.year:
        return say("%(month)s月%(day)s日，%(weekday)s", month=month, day=day, weekday=weekday)
    year = due_on.year
    return say("%(year)s年%(month)s月%(day)s日，%(weekday)s", year=year, month=month, day=day, weekday=weekday)


def _moved(owners: Collection[int], on: date) -> dict[int, tuple[int, int]]:
    """Open duties that passed from or to these people: (whom the rules name, who does it). One query."""
    names = Duty.objects.filter(key=OuterRef("duty_key"), done_on__isnull=True, lapsed_on__isnull=True)
    rows = MovedDuty.objects.filter(Q(to__in=owners) | Q(owner__in=owners), move__effective_on__lte=on)
    still = rows.annotate(named=Subquery(names.values("owner")[:1])).filter(named=F("owner")).order_by("pk")
    last = {key: (owner, to) for key, owner, to in still.values_list("duty_key", "owner", "to")}
    return {key: (owner, to) for key, (owner, to) in last.items() if owner != to}


def _without(duties: QuerySet[Duty], keys: list[int]) -> QuerySet[Duty]:
    return duties.exclude(key__in=keys) if keys else duties


def _to_sign(owners: Collection[int]) -> set[int]:
    return set(MoveSigner.objects.filter(staff__in=owners, signed_on__isnull=True).values_list("staff", flat=True))


def _waiting(person: Person, asked: set[int], on: date) -> list[WaitingLine]:
    """What waits for a person, not for others. Of project managers only those with lists to sign or reports back."""
    if person.post is Post.PROJECT_MANAGER and not person.stands_for and person.staff_id not in asked:
        return []
    return [line for line in list_waiting(person, on=on) if line.part not in (SENT, SENT_BACK)]


def _digest(person: Person, owed: dict[int, Owed], waiting: list[WaitingLine], on: date) -> Digest | None:
    own = owed.get(person.staff_id, Owed())
    absent = [(one.name, owed[one.staff_id]) for one in person.stands_for if owed.get(one.staff_id)]
    if not own and not absent and not waiting:
        return None
    assert person.staff is not None, "only members of staff have addresses"
    lines = _part_lines(own)
    for name, those in absent:
        counted = listed(_counted(those), THEN)
        lines += ["", say("代%(name)s：%(counted)s", name=name, counted=counted)]
    if waiting:
        lines += ["", say_many("等您处理 %(n)s 件", len(waiting), n=len(waiting))]
        lines += [
            together(["· ", line.what, " ", line.who] if line.who else ["· ", line.what]) for line in waiting[:NAMED]
        ]
        lines += _more(len(waiting) - NAMED)
    title = say(
        "%(month)s月%(day)s日 %(weekday)s：%(counted)s",
        month=on.month,
        day=on.day,
        weekday=weekday_of(on),
        counted=listed(_counted(own), THEN) or _others(len(absent), len(waiting)),
    )
    return Digest(person.staff, title, together(lines[1:] if lines[0] == "" else lines, "\n"), _HOME)


def _others(absent: int, waiting: int) -> Said:
    """What the title tells of somebody who owes nothing."""
    if absent:
        return say_many("代办 %(n)s 人的事项", absent, n=absent)
    return say_many("%(n)s 件等您处理", waiting, n=waiting)


def _more(rest: int) -> list[str]:
    return [say_many("  ……另有 %(n)s 件", rest, n=rest)] if rest > 0 else []


def _counted(owed: Owed) -> list[Said]:
    overdue, today, week = (owed.counts[part] for part in _PARTS)
    said = (
        (overdue, say_many("逾期 %(n)s 件", overdue, n=overdue)),
        (today, say_many("今天到期 %(n)s 件", today, n=today)),
        (week, say_many("本周到期 %(n)s 件", week, n=week)),
    )
    return [one for count, one in said if count]


def _part_lines(owed: Owed) -> list[str]:
    overdue, today, week = (owed.counts[part] for part in _PARTS)
    heads = (
        say_many("已逾期 %(n)s 件", overdue, n=overdue),
        say_many("今天到期 %(n)s 件", today, n=today),
        say_many("本周内到期 %(n)s 件", week, n=week),
    )
    lines: list[str] = []
    for part, head in zip(_PARTS, heads, strict=True):
        count = owed.counts[part]
        if count:
            lines += ["", head]
            lines += [together(["· ", said]) for said in owed.named[part]]
            lines += _more(count - len(owed.named[part]))
    return lines
