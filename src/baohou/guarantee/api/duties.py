"""Duties: what is owed by whom and until when, and why."""

from __future__ import annotations

from typing import Annotated

from ninja import Query
from pydantic import Field

from baohou.core.period import Quarter
from baohou.guarantee.api.shapes import DutyOut, GradeCode, StateCode, code, duty
from baohou.guarantee.api.shapes import word as read
from baohou.guarantee.queries.explain import explain
from baohou.guarantee.queries.pages.duty_list import DutyFilters, list_duty_page
from baohou.guarantee.rules.why import Node
from baohou.guarantee.rules.words import DutyState, Grade
from baohou.guarantee.views.guards import duty_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Out, Page, Pk, Word
from baohou.kernel.saying import in_words

room = Room("应办事项")


class DutyQuery(In):
    """The same filters as the page's; ``department`` and ``owner`` 0 ask for those that have none."""

    kind: Word = Field("", description="事项代码、条款号（PGM.9），或 visits")
    department: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    owner: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    grade: GradeCode | None = None
    state: StateCode | None = None
    judged: bool = False
    quarter: Annotated[str, Field(pattern=r"^(19[5-9]\d|20\d\d|21[0-4]\d)Q[1-4]$")] | None = None
    since: Day | None = Field(None, description="期限在这一天或之后")
    until: Day | None = Field(None, description="期限在这一天或之前")

    def filters(self) -> DutyFilters:
        """As the list wants them."""
        return DutyFilters(
            kind=self.kind,
            department_id=self.department,
            owner_id=self.owner,
            grade=read(Grade, self.grade),
            state=read(DutyState, self.state),
            judged=self.judged,
            quarter=Quarter.parse(self.quarter) if self.quarter else None,
            since=self.since,
            until=self.until,
        )


class ListedDutyOut(DutyOut):
    """A duty of the list, with the grade that its client had on the due day."""

    grade: GradeCode | None


class NodeOut(Out):
    """One line of why a duty is owed: what it is, what it says, what it rests on."""

    label: str
    value: str
    children: list[NodeOut]


class WhyOut(Out):
    """Why a duty is owed, in one sentence and as a tree from result to clause, parameter and fact."""

    sentence: str
    tree: NodeOut


@room.reads("/duties", Page[ListedDutyOut])
def list_all(
    request: Call, asked: Annotated[DutyQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[ListedDutyOut]:
    """应办事项，按期限排列；已办的也在内。"""
    page = list_duty_page(
        request.person,
        on=request.today,
        filters=asked.filters(),
        after=opened(request, cursor),
        most=limit,
        counted=False,
    )
    items = [ListedDutyOut(**vars(duty(listed.row)), grade=code(listed.grade)) for listed in page.rows]
    return Page[ListedDutyOut](items=items, next=sealed(request, page.after))


@room.reads("/duties/{key}", DutyOut)
def one(request: Call, key: Pk) -> DutyOut:
    """一件应办事项。"""
    return duty(duty_for(request, key))


@room.reads("/duties/{key}/why", WhyOut)
def why(request: Call, key: Pk) -> WhyOut:
    """为什么要办：条款、参数、事实。"""
    found = explain(duty_for(request, key).key, request.today)
    return WhyOut(sentence=in_words(found.sentence), tree=_node(found.tree))


def _node(node: Node) -> NodeOut:
    children = [_node(child) for child in node.children]
    return NodeOut(label=in_words(node.label), value=in_words(node.value), children=children)
