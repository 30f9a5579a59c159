"""Reading proposals: who may check what, what waits for whom, what became of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from baohou.core.sayings import say
from baohou.kernel.approvals import kinds
from baohou.kernel.approvals.models import CheckSetting, Proposal, State
from baohou.kernel.audit.models import Act
from baohou.kernel.people.access import RIGHTS, Person, Right
from baohou.kernel.people.directory import standing_postings
from baohou.kernel.people.models import Staff
from baohou.kernel.prepared import prepared

PAGE: Final = 50
MANY: Final = 1000
"""Up to so many are counted; beyond it "1000+" says enough."""
PARTS: Final = ("waiting", "mine", "decided", "all")


_RESETS: Final = ("people.give_login", "people.reset_login", "login.factor_reset")
"""Acts by which somebody gets hold of another's log-in."""


@dataclass(frozen=True)
class Reset:
    """Somebody's log-in or second factor was given or reset: by whom (as the audit names them), how, and when."""

    by: str
    verb: str
    at: datetime


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to: a kind, a state."""

    kind: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Pending:
    """What waits on a record, as a line of a list and the API say it: what, and by whom and when it was asked for."""

    id: int
    kind: str
    kind_word: str
    title: str
    maker: str
    made_on: date


@dataclass(frozen=True)
class Proposals:
    """A page of proposals, how many there are in all (at most MANY), and where the next page begins (0: nowhere)."""

    rows: list[Proposal]
    count: int
    after: int

    @property
    def is_many(self) -> bool:
        return self.count >= MANY


def is_on(code: str) -> bool:
    """Whether a second pair of eyes is asked for: as the kind says, until the installation decides."""
    kind = kinds.get(code)
    if not kind.may_be_off:
        return True
    latest = CheckSetting.objects.filter(kind=code).order_by("-pk").values_list("on", flat=True).first()
    return kind.default_on if latest is None else latest


def list_checkers(code: str, *, on: date, but: Collection[int | None]) -> list[Staff]:
    """Who could check an act of a kind: in service with its right and a log-in, and not among ``but``.

    ``but`` are its maker, or who stands behind a system that makes it, and whom it concerns. Deputies of the maker and
    people whose log-in the maker has reset are among them: they may not check it yet, but it is worth waiting for them.
    """
    posts = [post for post, rights in RIGHTS.items() if kinds.get(code).right in rights]
    held = standing_postings(on=max(on, timezone.localdate())).filter(post__in=posts, staff__user__is_active=True)
    aside = [pk for pk in but if pk is not None]
    return [posting.staff for posting in held.exclude(staff__in=aside).select_related("staff").order_by("staff_id")]


def why_not(person: Person, proposal: Proposal, resets: Sequence[Reset] | None = None) -> str:
    """Why the person may not check a proposal, as a sentence; empty when the person may.

    ``resets`` is ``list_resets(person)`` where many proposals are looked at.
    """
    if proposal.state != State.PENDING:
        return say("这一件%(state)s，不能再办。", state=say(State(proposal.state).label))
    if person.staff is None or person.system:
        return say("复核须由有工号的员工本人办理。")
    if proposal.maker_id == person.staff_id or proposal.made_by == person.actor:
        return say("不能复核自己提请的事，请由另一位有权的人复核。")
    if person.staff_id in (proposal.owner_id, proposal.holder_id):
        return say("这是您登记的系统、或凭您做的令牌提请的，等于您自己提请，请由另一位有权的人复核。")
    if proposal.about_id == person.staff_id:
        return say("这件事关系到您本人，请由另一位有权的人复核。")
    if person.absent_ids & {proposal.maker_id, proposal.owner_id, proposal.holder_id}:
        return say("您正在代提请人办理，不能复核其提请的事，请由另一位有权的人复核。")
    if not person.may(kinds.get(proposal.kind).right):
        return say("您的岗位不复核这一类事。")
    return _why_not_yet(proposal, list_resets(person) if resets is None else resets)


def list_resets(person: Person) -> list[Reset]:
    """When the person's log-in was given or reset, or the second factor reset, and by whom, the latest first."""
    if person.staff is None:
        return []
    acts = Act.objects.filter(verb__in=_RESETS, facts__staff_no=person.staff.staff_no).exclude(by="")
    return [Reset(*row) for row in acts.order_by("-pk").values_list("by", "verb", "at")]


def _why_not_yet(proposal: Proposal, resets: Sequence[Reset]) -> str:
    """Whoever reset a log-in could enter by it: for some days, and what was asked before that, its owner checks nothing
    of that person's."""
    behind = [one.staff_no for one in (proposal.maker, proposal.owner, proposal.holder) if one is not None]
    makers, pause = {proposal.made_by, *behind}, timedelta(days=settings.RESET_LOGIN_DAYS)
    for one in resets:
        if one.by not in makers or one.at < min(proposal.made_at, timezone.now() - pause):
            continue
        what = say("第二因素") if one.verb == "login.factor_reset" else say("登录")
        if one.at >= proposal.made_at:
            return say("您的%(what)s是提请人在提请之后重设的，这一件不能由您复核，请由另一位有权的人复核。", what=what)
        until = timezone.localtime(one.at + pause).strftime("%Y-%m-%d %H:%M")
        return say(
            "您的%(what)s是提请人不久前重设的，到 %(until)s 之前不能由您复核，请由另一位有权的人复核。",
            what=what,
            until=until,
        )
    return ""


def find_visible(person: Person, pk: int) -> Proposal | None:
    """A proposal that the person may see: one's own, those one may check, and for who reads the audit all."""
    return _visible(person).filter(pk=pk).first()


def parts_for(person: Person) -> list[str]:
    """The parts of the list that a person can look at, the usual first."""
    found = ["waiting"] if _checked_kinds(person) else []
    found.append("mine")
    if _checked_kinds(person):
        found.append("decided")
    if person.may(Right.SEE_AUDIT):
        found.append("all")
    return found


def list_proposals(person: Person, part: str, filters: Filters, *, after: int = 0, most: int = PAGE) -> Proposals:
    """A part of parts_for: those that wait oldest first, the others newest first. One query and a count."""
    mine = Q(made_by=person.actor)
    wanted = {
        "waiting": _waiting(person),
        "mine": _with_names().filter(mine | Q(maker=person.staff_id)),
        "decided": _with_names().filter(checker=person.staff_id),
        "all": _visible(person),
    }[part]
    if filters.kind:
        wanted = wanted.filter(kind=filters.kind)
    if filters.state is not None:
        wanted = wanted.filter(state=filters.state)
    count = wanted.order_by()[:MANY].count()
    if after:
        wanted = wanted.filter(pk__gt=after) if part == "waiting" else wanted.filter(pk__lt=after)
    page = list(wanted.order_by("pk" if part == "waiting" else "-pk")[: most + 1])
    return Proposals(page[:most], count, page[most - 1].pk if len(page) > most else 0)


def count_waiting(person: Person) -> int:
    """Proposals that wait for this person, up to MANY."""
    return _waiting(person).order_by()[:MANY].count() if _checked_kinds(person) else 0


def list_waiting_for(person: Person, *, limit: int) -> list[Proposal]:
    """The proposals that have waited longest for this person."""
    kinds_checked = _checked_kinds(person)
    if not kinds_checked:
        return []
    return _longest_waiting(kinds_checked, person.actor, person.staff_id, sorted(person.absent_ids), limit=limit)


def list_own(person: Person, *, refused_since: date, limit: int) -> list[Proposal]:
    """One's own proposals that wait, and those refused or lapsed since a day."""
    return _own(person.actor, refused_since, limit=limit)


@prepared
def _own(actor: str, since: date, *, limit: int) -> QuerySet[Proposal]:
    came_back = Q(state__in=[State.REFUSED, State.LAPSED], decided_on__gte=since)
    return _with_names().filter(Q(state=State.PENDING) | came_back, made_by=actor).order_by("pk")[:limit]


def list_pending(*subjects: tuple[str, str]) -> list[Proposal]:
    """What waits on these records, each named by kind and subject. One query."""
    wanted = Q(pk__in=[])
    for kind, subject in subjects:
        wanted |= Q(kind=kind, subject=subject)
    return list(_with_names().filter(wanted, state=State.PENDING).order_by("pk"))


def pending_on(codes: Sequence[str], subjects: Iterable[str]) -> dict[str, tuple[Pending, ...]]:
    """What waits of some kinds on the records of a list, by subject; those on which nothing waits are not named.

    One query, however many records: few acts wait at a time, and each record has at most one of a kind.
    """
    wanted = list(subjects)
    found: dict[str, tuple[Pending, ...]] = {}
    for pk, kind, subject, title, name, made_by, made_on in _pending(list(codes), wanted) if wanted else ():
        one = Pending(pk, kind, kinds.get(kind).title, title, name or made_by, made_on)
        found[subject] = (*found.get(subject, ()), one)
    return found


@prepared
def _pending(codes: list[str], subjects: list[str]) -> QuerySet[Proposal, Any]:
    waiting = Proposal.objects.filter(state=State.PENDING, kind__in=codes, subject__in=subjects).order_by("pk")
    return waiting.values_list("pk", "kind", "subject", "title", "maker__name", "made_by", "made_on")


def list_pending_of(kind: str) -> list[Proposal]:
    """What waits of a kind, whatever the record."""
    return list(_with_names().filter(kind=kind, state=State.PENDING).order_by("pk")[:PAGE])


def list_settings() -> Sequence[tuple[kinds.Kind, bool]]:
    """Each kind that may be off, with whether it is on. One query."""
    latest = dict(CheckSetting.objects.order_by("pk").values_list("kind", "on"))
    return [(kind, latest.get(kind.code, kind.default_on)) for kind in kinds.every() if kind.may_be_off]


def _checked_kinds(person: Person) -> list[str]:
    """The kinds that a person may check."""
    return [kind.code for kind in kinds.every() if person.may(kind.right)]


def _waiting(person: Person) -> QuerySet[Proposal]:
    """What waits and the person may check; see why_not."""
    return _waits_for(_checked_kinds(person), person.actor, person.staff_id, sorted(person.absent_ids))


def _waits_for(checked: list[str], actor: str, staff: int, absent: list[int]) -> QuerySet[Proposal]:
    waiting = _with_names().filter(state=State.PENDING, kind__in=checked)
    waiting = waiting.exclude(made_by=actor).exclude(about=staff).exclude(owner=staff).exclude(holder=staff)
    if not absent:
        return waiting
    return waiting.exclude(maker__in=absent).exclude(owner__in=absent).exclude(holder__in=absent)


@prepared
def _longest_waiting(
    checked: list[str], actor: str, staff: int, absent: list[int], *, limit: int
) -> QuerySet[Proposal]:
    return _waits_for(checked, actor, staff, absent).order_by("pk")[:limit]


def _visible(person: Person) -> QuerySet[Proposal]:
    if person.may(Right.SEE_AUDIT):
        return _with_names()
    return _with_names().filter(Q(made_by=person.actor) | Q(kind__in=_checked_kinds(person)))


def _with_names() -> QuerySet[Proposal]:
    return Proposal.objects.select_related("maker", "checker", "about", "party", "owner", "holder")
