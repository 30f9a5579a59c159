"""Who is graded watch or risk at a quarter's end, and whose disposal measure is missing (PGM.10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from baohou.core.period import quarter_of
from baohou.core.places import AT_ONCE
from baohou.core.sayings import listed, say
from baohou.guarantee.models import Measure, MeasureAction
from baohou.guarantee.queries.actions import doers_of
from baohou.guarantee.queries.grading import State, find_filing
from baohou.guarantee.queries.pages.client_rows import MeasureSaid, get_measures_said
from baohou.guarantee.queries.standing import measured_of, spoken_for
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.why import UNKNOWN, Explanation, Node, clause_node
from baohou.guarantee.rules.words import Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from baohou.kernel.rulebook.queries import get_rule_book

PAGE: Final = 50

_WATCHED: Final = [grade.value for grade in WATCHED]
_PROPOSALS: Final = Table(
    "guarantee_proposal",
    {"client_id": Column(Kind.ID, "client_id"), "proposed": Column(Kind.CODE, "grade")},
)


@dataclass(frozen=True)
class Watched:
    """A client graded watch or risk on a quarter's last day, and its measure when there is one."""

    client: Party
    grade: Grade
    guarantee_id: int
    manager_id: int
    measure: Measure | None
    said: MeasureSaid | None = None


@dataclass(frozen=True)
class WatchedPage:
    """A stretch of the watched clients; ``lacking`` counts all without a measure, ``after`` is 0 on the last page."""

    rows: list[Watched]
    count: int
    lacking: int
    after: int


def list_watched(*, department: Department, quarter: date) -> list[Watched]:
    """The department's clients graded watch or risk on the quarter's last day, risk first, then by name.

    The department's are those for whom its guarantee speaks on that day; a client without a grade has the rule book's
    default grade. Until the quarter's table is accepted a grade proposed for that day goes before the standing one.
    """
    return _described(_watched(department, quarter), quarter)


def get_watched_page(
    *, department: Department, quarter: date, after: int = 0, most: int = 0, today: date | None = None, also: str = ""
) -> WatchedPage:
    """Some of list_watched behind the first ``after``, at most ``most`` or fifty, and how many there are.

    With ``today`` how the measures' actions stand on that day; with ``also`` what hangs on the measures.
    """
    rows, most = _watched(department, quarter), most or PAGE
    measured = measured_of(rows["client_id"].to_list(), quarter=quarter)
    shown = _described(rows[after : after + most], quarter, *([also] if also else []))
    clients = [one.client.pk for one in shown]
    said = get_measures_said(clients, quarter=quarter, today=today) if today else {}
    shown = [replace(one, said=said.get(one.client.pk)) for one in shown]
    more = after + most if len(rows) > after + most else 0
    return WatchedPage(shown, len(rows), len(rows) - len(measured), more)


def iterate_watched(*, department: Department, quarter: date, most: int) -> Iterator[Watched]:
    """The first ``most`` of list_watched with the actions of their measures, read AT_ONCE at a time."""
    rows = _watched(department, quarter)[:most]
    for piece in rows.iter_slices(AT_ONCE):
        yield from _described(piece, quarter, "actions__responsible")


def _watched(department: Department, quarter: date) -> pl.DataFrame:
    """Client, grade, guarantee and manager of each watched client, in the order of the list."""
    proposed = _proposed(department, quarter)
    rows = spoken_for(department=department.pk, on=quarter)
    rows = rows.join(proposed, on="client_id", how="left").with_columns(grade=pl.coalesce("proposed", "grade"))
    rows = rows.filter(pl.col("grade").is_in(_WATCHED))
    return rows.sort("grade", "name", "client_id", descending=[True, False, False])


def _described(rows: pl.DataFrame, quarter: date, *also: str) -> list[Watched]:
    """With clients and measures, and ``also`` what hangs on those."""
    clients = Party.objects.in_bulk(rows["client_id"].to_list())
    found = Measure.objects.filter(quarter=quarter, client__in=clients).prefetch_related(*also)
    people = found.select_related("department_manager", "manager_a", "manager_b")
    measures = {measure.client_id: measure for measure in people}
    return [
        Watched(
            client=clients[row["client_id"]],
            grade=Grade(row["grade"]),
            guarantee_id=row["guarantee_id"],
            manager_id=row["manager_id"],
            measure=measures.get(row["client_id"]),
        )
        for row in rows.iter_rows(named=True)
    ]


def find_measure(client: Party, quarter: date) -> Measure | None:
    """A client's measure of a quarter with its people and actions. Two queries."""
    measures = Measure.objects.filter(client=client, quarter=quarter).prefetch_related("actions__responsible")
    return measures.select_related("department_manager", "manager_a", "manager_b").first()


def explain_action(action: MeasureAction, on: date) -> Explanation:
    """Why somebody has to do what a measure says: the clause, the measure with those who conferred, a hand-over."""
    measure, doer = action.measure, doers_of([action.pk], on=on).get(action.pk, action.responsible)
    who = [measure.department_manager, measure.manager_a, measure.manager_b]
    conferred = listed(one.name for one in who if one is not None)
    children = [_clause(measure.filed_on)]
    children.append(Node("处置措施", measure.text, (Node("填报", str(measure.filed_on)), Node("沟通人员", conferred))))
    children.append(Node("负责人", action.responsible.name))
    if doer.pk != action.responsible_id:
        children.append(Node("接手人", doer.name))
    until = say("%(text)s，%(due_on)s 截止", text=action.text, due_on=action.due_on)
    tree = Node("办理处置措施", until, tuple(children))
    sentence = say(
        "依据 PGM.10，%(client)s %(quarter)s 的处置措施由%(conferred)s于 %(filed_on)s 商定；其中“%(text)s”应由%(doer)s"
        "在 %(due_on)s 前办完。",
        client=measure.client.name,
        quarter=quarter_of(measure.quarter),
        conferred=conferred,
        filed_on=measure.filed_on,
        text=action.text,
        doer=doer.name,
        due_on=action.due_on,
    )
    return Explanation(sentence=sentence, tree=tree)


def _clause(on: date) -> Node:
    """What the version in force on the day of filing says of measures."""
    version = get_rule_book().in_force(on)
    clause = version.clauses.get("PGM.10") if version else None
    if version is None or clause is None:
        return Node("条款", UNKNOWN)
    since = say("%(version)s 版，%(effective_on)s 起施行", version=version.name, effective_on=version.effective_on)
    return clause_node(clause, since)


def _proposed(department: Department, quarter: date) -> pl.DataFrame:
    """Grades proposed by client, until they hold."""
    if find_filing(department, quarter)[2] is State.ACCEPTED:
        return _PROPOSALS.empty()
    return columns.read(
        _PROPOSALS, where=f"quarter = '{quarter.isoformat()}'", among=("department_id", [department.pk])
    )
