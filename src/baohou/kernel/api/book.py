"""The rule book, and the audit: what was done by whom, through which door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Query, Status
from pydantic import Field

from baohou.kernel.api.approvals import ProposalOut, accepted
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Word
from baohou.kernel.approvals.of_rules import ask_version
from baohou.kernel.audit.chunks import Told
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.queries import Filters, Place, get_place, list_acts, list_rows
from baohou.kernel.parties.queries import find_named
from baohou.kernel.people.access import Right
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.queries import as_yaml, list_versions

room = Room("制度与留痕")


class VersionOut(Out):
    """A version of a rule set, in force from a day until the next."""

    id: int
    rule_set: str
    name: str
    effective_on: date
    ends_on: date | None
    reference: str


class ParameterOut(Out):
    """A parameter, in fen when it is money, and what stands instead of it in some cases."""

    name: str
    value: int | str
    reference: str
    exceptions: list[dict[str, Any]]


class ClauseOut(Out):
    """A clause."""

    code: str
    title: str
    text: str
    reference: str
    parameters: list[ParameterOut]


class OneVersionOut(VersionOut):
    """A version with its clauses, and as the text of its file."""

    clauses: list[ClauseOut]
    yaml: str


class VersionIn(In):
    """The text of a rule book file (YAML), and why, for whoever checks it."""

    text: Annotated[str, Field(max_length=500_000)]
    because: Annotated[str, Field(max_length=10_000)] = ""


class ChangeOut(Out):
    """A row that an act changed or removed."""

    table: str
    key: str
    before: Any
    after: Any


class ActOut(Out):
    """An act: who did what, when, through which door, and why."""

    id: int
    at: datetime
    by: str
    door: str
    verb: str
    because: str
    facts: dict[str, Any]
    ip: str
    agent: str
    request: str


class PlaceOut(Out):
    """Where an act is in the chain; ``whole`` is whether its hash is what the act and the link before say."""

    position: int
    sha256: str
    previous: str
    whole: bool


class OneActOut(ActOut):
    """An act with what it changed, at most 1,000 rows (all by …/changes), and its
    place in the chain (none while it waits for it)."""

    changes: list[ChangeOut]
    place: PlaceOut | None


class ActQuery(In):
    """Which acts."""

    by: Word = ""
    verb: Word = ""
    door: Word = ""
    since: Day | None = None
    until: Day | None = None
    q: Word = Field("", description="理由、事实里的字，或客户名称的开头；不填 since 时只找近 90 天")
    client: Number | None = Field(None, description="涉及这个客户的；guarantee、duty、department、staff 同，只填一个")
    guarantee: Number | None = None
    duty: Number | None = None
    department: Number | None = None
    staff: Number | None = None

    def filters(self) -> Filters:
        """As the list wants them."""
        nouns = ("client", "guarantee", "duty", "department", "staff")
        about = next(((noun, number) for noun in nouns if (number := getattr(self, noun)) is not None), None)
        same = {name: getattr(self, name) for name in ("by", "verb", "door", "since", "until")}
        words = self.q.strip()
        return Filters(**same, words=words, about=about, clients=find_named(words))


@room.reads("/rule-versions", list[VersionOut], personal=False)
def versions(request: Call) -> list[VersionOut]:
    """制度的各个版本。"""
    return [VersionOut(**_version(one)) for one in list_versions()]


@room.reads("/rule-versions/{version}", OneVersionOut, personal=False)
def one_version(request: Call, version: Pk) -> OneVersionOut:
    """一个版本的条款和参数。"""
    return _one(get_object_or_404(list_versions(), pk=version))


@room.writes("/rule-versions", OneVersionOut, right=Right.ADMINISTER, status=201, waits=ProposalOut)
def add_version(request: Call, body: VersionIn) -> Status[Any]:
    """加入一个版本；须复核的答 202 和提请的事，批准后才加入。"""
    told = {"text": body.text, "because": body.because}
    asked = ask_version(**told, by=request.person, on=request.today, door=DOOR)
    return accepted(request, asked) or Status(201, _one(asked.result))


@room.reads("/acts", Page[ActOut], right=Right.SEE_AUDIT)
def acts(request: Call, asked: Annotated[ActQuery, Query()], limit: Limit = USUAL, cursor: Cursor = "") -> Page[ActOut]:
    """留痕，新的在前。"""
    after = opened(request, cursor)
    page = list_acts(asked.filters(), before=int(after) if after else None, limit=limit)
    return Page[ActOut](items=[ActOut(**_act(one)) for one in page.acts], next=sealed(request, page.more))


@room.reads("/acts/{act}", OneActOut, right=Right.SEE_AUDIT)
def one_act(request: Call, act: Pk) -> OneActOut:
    """一次操作和它改动的行。"""
    found = get_object_or_404(Act, pk=act)
    first = [_change(row) for row in list_rows(found, limit=1000)[0]]
    place = get_place(found)
    return OneActOut(**_act(found), changes=first, place=_place(place) if place else None)


@room.reads("/acts/{act}/changes", Page[ChangeOut], right=Right.SEE_AUDIT)
def changes(request: Call, act: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[ChangeOut]:
    """一次操作改动的所有行，一页一页。"""
    found, more = list_rows(get_object_or_404(Act, pk=act), after=opened(request, cursor) or "", limit=limit)
    return Page[ChangeOut](items=[_change(row) for row in found], next=sealed(request, more or None))


def _change(row: Told) -> ChangeOut:
    return ChangeOut(table=row.table, key=row.key, before=row.before, after=row.after)


def _place(place: Place) -> PlaceOut:
    link = place.link
    return PlaceOut(position=link.position, sha256=link.sha256, previous=place.previous, whole=place.whole)


def _act(act: Act) -> dict[str, Any]:
    same = ("at", "by", "door", "verb", "because", "facts", "ip", "agent", "request")
    return {"id": act.pk, **{name: getattr(act, name) for name in same}}


def _version(version: RuleVersion) -> dict[str, Any]:
    same = ("name", "effective_on", "ends_on", "reference")
    return {
        "id": version.pk,
        "rule_set": version.rule_set.code,
        **{name: getattr(version, name) for name in same},
    }


def _one(version: RuleVersion) -> OneVersionOut:
    return OneVersionOut(
        **_version(version),
        yaml=as_yaml(version),
        clauses=[
            ClauseOut(
                code=clause.code,
                title=clause.title,
                text=clause.text,
                reference=clause.reference,
                parameters=[
                    ParameterOut(
                        name=each.name,
                        value=each.value,
                        reference=each.reference,
                        exceptions=[
                            {"label": one.label, "when": one.when, "value": one.value} for one in each.exceptions.all()
                        ],
                    )
                    for each in clause.parameters.all()
                ],
            )
            for clause in version.clauses.all()
        ],
    )
