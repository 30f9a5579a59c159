"""What waits for a person besides duties: a list that every part of the room can add lines to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from baohou.core.period import quarter_of
from baohou.core.sayings import Said, listed, say, say_many, together
from baohou.guarantee.models import Guarantee, Measure, MovedDuty, MoveSigner
from baohou.guarantee.queries.pages.clients import graded, in_force, speaking
from baohou.guarantee.queries.pages.many import at_least
from baohou.guarantee.rules.parameters import MEASURES_AHEAD, UNSIGNED_DAYS, number_in
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.approvals.models import State
from baohou.kernel.approvals.queries import count_waiting, list_own, list_waiting_for
from baohou.kernel.approvals.showing import Shown, shown_list
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Loan
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Reach, Right
from baohou.kernel.people.directory import standing_postings
from baohou.kernel.people.models import Department, Post
from baohou.kernel.prepared import prepared, prepared_count
from baohou.kernel.rulebook.queries import get_rule_book

Row = TypeVar("Row")
WAITING: Final = "waiting"
SENT_BACK: Final = "sent_back"
CAME_BACK: Final = "came_back"
SENT: Final = "sent"
MOST: Final = 20
"""So many lines of one source reach the page, and one that counts the others."""
MANY: Final = 100
"""Counting stops here: a line says "100+"."""
_TOLD_DAYS: Final = 14
"""So many days a refusal stays on the home page of who was refused."""


@dataclass(frozen=True)
class WaitingLine:
    """One line: what waits, from or with whom, since when, and the page where it is done.

    ``part`` is WAITING (for me), CAME_BACK (returned to me), SENT (I asked for it, and it
    waits for others) or SENT_BACK (I returned it); ``because`` is the reason
    that was given for a return. All of it is said in the reader's language.
    """

    what: str
    who: str
    since: date | None
    url: str
    part: str = WAITING
    because: str = ""
    count: int = 1


Source = Callable[[Person, date], Iterable[WaitingLine]]
"""A bounded number of queries; no lines for people whom it does not concern."""

_SOURCES: list[Source] = []


def register(source: Source) -> Source:
    """Have a source asked whenever a home page is shown."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def list_waiting(person: Person, *, on: date) -> list[WaitingLine]:
    """All lines for a person, those that came back first, then by how long they have waited."""
    lines = [line for source in _SOURCES for line in source(person, on)]
    order = (CAME_BACK, WAITING, SENT, SENT_BACK)
    return sorted(lines, key=lambda line: (order.index(line.part), line.since or date.max))


def first_and_rest(
    find: Callable[[int], list[Row]], line: Callable[[Row], WaitingLine], *, url: str, part: str = WAITING
) -> Iterator[WaitingLine]:
    """A source's first lines; where it has more, a last one with how many more and where all of them stand.

    ``find`` gives at most so many of its rows; only where there are more than MOST it is asked again, for MANY.
    """
    rows = find(MOST + 1)
    yield from map(line, rows[:MOST])
    if len(rows) > MOST:
        yield rest_of(len(find(MANY)), most=MANY, url=url, part=part)


def rest_of(count: int, *, most: int, url: str, part: str = WAITING) -> WaitingLine:
    """The last line of a source that has ``count`` rows, counted up to ``most``, and shows MOST of them."""
    more = count - MOST
    n = f"{more}+" if count >= most else more
    return WaitingLine(
        what=say_many("还有 %(n)s 件，打开全部", more, n=n), who="", since=None, url=url, part=part, count=more
    )


@register
def measures_missing(person: Person, on: date) -> Iterable[WaitingLine]:
    """Watch and risk clients without a disposal measure while the quarter's table is due or soon will be (PGM.10)."""
    if not person.may(Right.FILE_MEASURE) or person.reach is not Reach.DEPARTMENT:
        return
    wanted = set(_owed_tables(person.department_ids, on))
    ending = quarter_of(on).last
    if ending - on <= timedelta(days=number_in(get_rule_book().in_force(on), MEASURES_AHEAD)):
        wanted |= {(pk, ending) for pk in person.department_ids}
    others = {pk for pk, _day in wanted if pk != person.department_id}
    names = dict(Department.objects.filter(pk__in=others).values_list("pk", "name"))
    for department, last in sorted(wanted, key=lambda one: one[1])[-3:]:
        missing = _count_without_measure(department, last, min(last, on))
        if missing:
            quarter = quarter_of(last)
            n = f"{missing}+" if missing == MANY else missing
            yield WaitingLine(
                what=say_many("%(quarter)s 还有 %(n)s 户关注、风险类客户没有处置措施", missing, quarter=quarter, n=n),
                who=names.get(department, person.department_name),
                since=last,
                url=reverse("reports.department", args=[str(quarter), department]),
                count=missing,
            )


@prepared
def _owed_tables(departments: list[int], on: date) -> QuerySet[Duty, tuple[int, date]]:
    owed = Duty.objects.filter(
        kind=DutyKind.CLASSIFICATION_REPORT,
        department__in=departments,
        opens_on__lte=on,
        done_on__isnull=True,
        lapsed_on__isnull=True,
    )
    return owed.values_list("department_id", "opens_on")[:MOST]


def _count_without_measure(department: int, last: date, day: date) -> int:
    asked = ("without_measure", department, last, day)
    return at_least(asked, MANY, lambda: _without_measure(department, last, day, most=MANY))


@prepared_count
def _without_measure(department: int, last: date, day: date, *, most: int) -> QuerySet[Party]:
    """Clients of a department, graded watch or risk on the quarter's last day or today, without a measure."""
    measured = Measure.objects.filter(client=OuterRef("pk"), quarter=last)
    within = Guarantee.objects.filter(in_force(day), department=department).values("client")
    voice = Subquery(speaking(OuterRef("pk"), on=day).values("department")[:1])
    clients = graded(Party.objects.filter(~Exists(measured), pk__in=within), on=day).annotate(speaks=voice)
    return clients.filter(Q(grade_on__in=[Grade.WATCH, Grade.RISK]), speaks=department)[:most]


@register
def moves_to_sign(person: Person, on: date) -> Iterable[WaitingLine]:
    """Lists of hand-overs that a person has not signed yet."""
    return first_and_rest(
        lambda most: _places_of(person.staff_id, most=most),
        lambda place: WaitingLine(
            what=say("%(name)s的移交清单待签字", name=place.move.staff.name),
            who=say(place.role),
            since=place.move.decided_on,
            url=reverse("moves.one", args=[place.move_id]),
        ),
        url=reverse("people.one", args=[person.staff_id]),
    )


@prepared
def _places_of(staff: int, *, most: int) -> QuerySet[MoveSigner]:
    places = MoveSigner.objects.filter(staff=staff, signed_on__isnull=True)
    return places.select_related("move__staff").order_by("move__decided_on", "pk")[:most]


@register
def moves_unsigned(person: Person, on: date) -> Iterable[WaitingLine]:
    """Lists of hand-overs that lack signatures for too long, or of people gone: whoever may hand over work is told."""
    if not person.may(Right.MOVE_WORK):
        return
    last = on - timedelta(days=number_in(get_rule_book().in_force(on), UNSIGNED_DAYS))
    whose = (None, None) if person.reach is Reach.ALL else (person.staff_id, person.department_ids)
    lacking: dict[int, list[MoveSigner]] = {}
    places = _unsigned(on, last, *whose)
    for place in places:
        lacking.setdefault(place.move_id, []).append(place)
    for pk, missing in list(lacking.items())[:MOST]:
        names = listed(place.staff.name for place in missing)
        yield WaitingLine(
            what=say("%(name)s的移交清单还没有签齐", name=missing[0].move.staff.name),
            who=say("还缺 %(names)s 签字", names=names),
            since=missing[0].move.decided_on,
            url=reverse("moves.one", args=[pk]),
        )
    if len(lacking) > MOST:
        yield rest_of(len(lacking), most=MANY if len(places) < MANY else len(lacking), url=reverse("people"))


@prepared
def _unsigned(on: date, last: date, supervisor: int | None, departments: list[int] | None) -> QuerySet[MoveSigner]:
    """Missing signatures of lists decided before ``last``, or of people gone; with a supervisor those within reach."""
    postings = standing_postings(on=on)
    gone = postings.filter(post=Post.LEFT).values("staff")
    places = MoveSigner.objects.filter(Q(move__decided_on__lt=last) | Q(staff__in=gone), signed_on__isnull=True)
    if departments is not None:
        own = postings.filter(department__in=departments).values("staff")
        places = places.filter(Q(move__supervisor=supervisor) | Q(staff__in=own) | Q(move__staff__in=own))
    return places.select_related("move__staff", "staff").order_by("move__decided_on", "pk")[:MANY]


@register
def duties_of_people_gone(person: Person, on: date) -> Iterable[WaitingLine]:
    """Open duties whose owner has left: whoever may hand over work is told."""
    if not person.may(Right.MOVE_WORK):
        return
    counted: dict[tuple[int, str], int] = {}
    for pk, name in _left_behind(on, None if person.reach is Reach.ALL else person.department_ids):
        counted[pk, name] = counted.get((pk, name), 0) + 1
    for (pk, name), count in list(counted.items())[:MOST]:
        yield WaitingLine(
            what=say_many("已离职的%(name)s名下还有 %(n)s 件未办", count, name=name, n=count),
            who=say("须移交"),
            since=None,
            url=reverse("people.move", args=[pk]),
            count=count,
        )
    if len(counted) > MOST:
        yield rest_of(len(counted), most=MANY, url=reverse("people"))


@prepared
def _left_behind(on: date, departments: list[int] | None) -> QuerySet[Duty, tuple[int, str]]:
    """Owners who have left, with their names, one for each duty that nobody took over."""
    gone = standing_postings(on=on).filter(post=Post.LEFT)
    owed = Duty.objects.filter(
        owner__in=gone.values("staff"), opens_on__lte=on, done_on__isnull=True, lapsed_on__isnull=True
    )
    if departments is not None:
        owed = owed.filter(department__in=departments)
    passed = MovedDuty.objects.filter(Q(duty_key=OuterRef("key")) & Q(owner=OuterRef("owner"))).exclude(to=F("owner"))
    return owed.filter(~Exists(passed)).order_by("owner").values_list("owner", "owner__name")[:500]


@register
def acts_to_check(person: Person, on: date) -> Iterable[WaitingLine]:
    """Acts of others that wait for this person's eyes, oldest first; of many the rest as one line."""
    waiting = list_waiting_for(person, limit=MOST + 1)
    for one in shown_list(waiting[:MOST]):
        yield WaitingLine(
            what=say("复核：%(what)s", what=_said(one)),
            who=say("%(name)s提请", name=one.maker),
            since=one.proposal.made_on,
            url=one.url,
        )
    if len(waiting) > MOST:
        more = count_waiting(person) - MOST
        what = say_many("还有 %(n)s 件等您复核", more, n=more)
        yield WaitingLine(what=what, who="", since=None, url=reverse("approvals"), count=more)


@register
def acts_asked_for(person: Person, on: date) -> Iterable[WaitingLine]:
    """One's own acts that wait for somebody else's eyes, and for some days those refused or lapsed."""
    since = on - timedelta(days=_TOLD_DAYS)
    own = list_own(person, refused_since=since, limit=MOST + 1)
    for one in shown_list(own[:MOST]):
        checker = one.proposal.checker
        yield WaitingLine(
            what=_said(one),
            who=say("我提请的，等别人复核")
            if one.pending
            else say("%(name)s退回", name=checker.name)
            if one.proposal.state == State.REFUSED and checker
            else say("没有办成，已失效"),
            since=one.proposal.made_on if one.pending else one.proposal.decided_on,
            url=one.url,
            part=SENT if one.pending else CAME_BACK,
            because=one.proposal.reason,
        )
    if len(own) > MOST:
        many = len(list_own(person, refused_since=since, limit=MANY))
        yield rest_of(many, most=MANY, url=reverse("approvals") + "?part=mine", part=SENT)


def _said(one: Shown) -> Said:
    about = [one.about] if one.about else []
    return together([*about, say(one.kind.title), one.proposal.title], " · ")


@register
def volumes_not_returned(person: Person, on: date) -> Iterable[WaitingLine]:
    """Volumes that were lent until a day gone by, for those who keep the archive (PGM.11)."""
    if not person.may(Right.KEEP_ARCHIVE):
        return
    yield from first_and_rest(
        lambda most: _overdue_loans(on, most=most), _overdue_loan, url=reverse("handover.archive")
    )


def _overdue_loan(loan: Loan) -> WaitingLine:
    return WaitingLine(
        what=say("案卷 %(number)s", number=loan.volume.number),
        who=say("%(name)s借阅，应于 %(on)s 归还，请催还", name=loan.borrower_name, on=loan.due_on.isoformat()),
        since=loan.due_on,
        url=reverse("handover.volume", args=[loan.volume_id]),
    )


@prepared
def _overdue_loans(on: date, *, most: int) -> QuerySet[Loan]:
    lent = Loan.objects.filter(returned_on__isnull=True, due_on__lt=on).select_related("volume")
    return lent.order_by("due_on", "pk")[:most]
