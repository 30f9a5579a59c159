"""A department's classification table while it is made: standing and proposed grades, and what is lacking."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Final

import polars as pl
from django.db.models import QuerySet

from baohou.core.columns import NOBODY
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import Filing, FilingStep, Proposal
from baohou.guarantee.queries.filing_steps import last_verb
from baohou.guarantee.queries.grading_lines import CHANGED, LACKING, LINES, NOW_WATCHED, TO_SIGN, UNGRADED, Lines
from baohou.guarantee.queries.standing import measure_acts, measured_of, spoken_for
from baohou.guarantee.queries.table_paper import PAPER
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records import find_seal
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department


class State(Enum):
    """How a table stands. HISTORY: filed before there were steps, so that nobody waits for it."""

    OPEN = "open"
    HANDED_IN = "handed_in"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    HISTORY = "history"


_PROPOSALS: Final = Table(
    "guarantee_proposal",
    {
        "id": Column(Kind.ID, "id"),
        "client_id": Column(Kind.ID, "client_id"),
        "of_id": Column(Kind.REF, "department_id"),
        "proposed": Column(Kind.CODE, "grade"),
        "seen": Column(Kind.LONG, "act_id"),
        "explained": Column(Kind.CODE, "CASE WHEN because = '' THEN 0 ELSE 1 END"),
    },
)
_READ: Final = {name: kind for name, kind in LINES.items() if name != "measured"}
_STATE_AFTER = {
    FilingVerb.HANDED_IN: State.HANDED_IN,
    FilingVerb.RETURNED: State.RETURNED,
    FilingVerb.ACCEPTED: State.ACCEPTED,
}


@dataclass(frozen=True)
class GradingTable:
    """The table of a department and quarter: its clients by name, and what became of it."""

    department: Department
    quarter: Quarter
    lines: Lines
    steps: list[FilingStep]
    filing: Filing | None
    state: State

    @property
    def is_open(self) -> bool:
        """Whether grades can still be proposed."""
        return self.state in (State.OPEN, State.RETURNED)

    @cached_property
    def ungraded(self) -> Lines:
        return self.lines.where(UNGRADED)

    @cached_property
    def changed(self) -> Lines:
        return self.lines.where(CHANGED)

    @cached_property
    def to_sign(self) -> Lines:
        return self.lines.where(TO_SIGN)

    @cached_property
    def lacking(self) -> Lines:
        return self.lines.where(LACKING)

    @property
    def graded_count(self) -> int:
        return len(self.lines) - len(self.ungraded)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every grade, old and new, its reason, and each writing of a measure: what a signature is for."""
        said = list(map(list, self.lines.frame.select("id_no", "standing", "proposed", "because").iter_rows()))
        shown = self.lines.frame.filter(NOW_WATCHED | CHANGED)["client_id"].to_list()
        filed = sorted(map(list, measure_acts(shown, quarter=self.quarter.last).iter_rows()))
        return hashlib.sha256(json.dumps([sorted(said), filed], ensure_ascii=False).encode()).hexdigest()

    @property
    def handed_in(self) -> FilingStep | None:
        """The step by which the table was handed in last."""
        return next((step for step in reversed(self.steps) if step.verb == FilingVerb.HANDED_IN), None)

    @property
    def accepted(self) -> FilingStep | None:
        return next((step for step in reversed(self.steps) if step.verb == FilingVerb.ACCEPTED), None)

    @property
    def last_step(self) -> FilingStep | None:
        return self.steps[-1] if self.steps else None

    @property
    def seal(self) -> Seal | None:
        """The seal of the accepted table; one query."""
        step = self.handed_in if self.accepted else None
        return find_seal(kind=PAPER, subject_id=step.pk) if step else None


def get_table(
    *, department: Department, quarter: date, clients: Collection[int] | None = None, as_made: bool = False
) -> GradingTable:
    """The table of the quarter that ends on ``quarter``, with all its clients or some. Nine queries at most.

    While it is made its clients are those for whom a guarantee of the department speaks on that day; once handed in,
    those that were handed in, unless it is asked ``as_made``: against the grades and clients as they are now.
    """
    filing, steps, state = find_filing(department, quarter)
    made = Proposal.objects.filter(quarter=quarter)
    if not as_made and state in (State.HANDED_IN, State.ACCEPTED) and made.filter(department=department).exists():
        lines = _stated(made.filter(department=department), quarter, clients)
    else:
        lines = _live(department, quarter, clients)
    return GradingTable(department, quarter_of(quarter), lines, steps, filing, state)


def find_filing(department: Department, quarter: date) -> tuple[Filing | None, list[FilingStep], State]:
    """The table as filed, its steps in order, and how it stands. Two queries."""
    filing = _filings(quarter).filter(department=department).first()
    steps = list(filing.steps.select_related("by").order_by("pk")) if filing else []
    return filing, steps, State.OPEN if filing is None else state_after(steps[-1] if steps else None)


def find_tables(quarter: date) -> dict[int, tuple[State, FilingStep | None]]:
    """How each filed table of a quarter stands, and its last step, by department. Two queries."""
    filings = list(_filings(quarter))
    last: dict[int, FilingStep] = {}
    for step in FilingStep.objects.filter(filing__in=filings).select_related("by").order_by("pk"):
        last[step.filing_id] = step
    return {one.department_id: (state_after(last.get(one.pk)), last.get(one.pk)) for one in filings}


def state_after(step: FilingStep | None) -> State:
    """How a filed table stands after its last step; None is history."""
    return State.HISTORY if step is None else _STATE_AFTER[FilingVerb(step.verb)]


def is_frozen(client: Party, quarter: date) -> bool:
    """Whether the client stands on a table of the quarter that is handed in or accepted. Three queries at most."""
    proposal = Proposal.objects.filter(client=client, quarter=quarter).first()
    return proposal is not None and proposal.department_id in _frozen_departments(quarter)


def _filings(quarter: date) -> QuerySet[Filing]:
    return Filing.objects.filter(quarter=quarter, kind=FilingKind.CLASSIFICATION_REPORT)


def _frozen_departments(quarter: date) -> set[int]:
    frozen = _filings(quarter).annotate(last=last_verb())
    return set(
        frozen.filter(last__in=[FilingVerb.HANDED_IN, FilingVerb.ACCEPTED]).values_list("department_id", flat=True)
    )


def _live(department: Department, quarter: date, clients: Collection[int] | None) -> Lines:
    rows = spoken_for(department=department.pk, on=quarter, clients=clients)
    numbers = rows["client_id"].to_list()
    rows = rows.join(_proposals(quarter, numbers), on="client_id", how="left")
    if len(rows.filter(pl.col("of_id") != department.pk)):
        frozen = _frozen_departments(quarter) - {department.pk}
        rows = rows.filter(~pl.col("of_id").fill_null(NOBODY).is_in(list(frozen)))
    rows = rows.with_columns(
        pl.col("proposed", "seen").fill_null(0),
        pl.col("because").fill_null(""),
        standing=pl.col("grade"),
    )
    watched = rows.filter(NOW_WATCHED)["client_id"].to_list()
    rows = rows.with_columns(measured=pl.col("client_id").is_in(measured_of(watched, quarter=quarter).implode()))
    return Lines(rows.sort("initials", "client_id"))


def _proposals(quarter: date, clients: list[int]) -> pl.DataFrame:
    """What is proposed for some clients, by whichever department, with the reasons: few lines have one."""
    found = columns.read(_PROPOSALS, where=f"quarter = '{quarter.isoformat()}'", among=("client_id", clients))
    explained = found.filter(pl.col("explained") == 1)["id"].to_list()
    reasons = dict(Proposal.objects.filter(pk__in=explained).values_list("pk", "because")) if explained else {}
    said = pl.DataFrame(
        {"id": list(reasons), "because": list(reasons.values())}, {"id": pl.Int64, "because": pl.String}
    )
    return found.join(said, on="id", how="left")


def _stated(made: QuerySet[Proposal], quarter: date, clients: Collection[int] | None) -> Lines:
    if clients is not None:
        made = made.filter(client__in=clients)
    said = ("client_id", "stated__client", "client__id_no", "stated__before", "grade", "because", "act_id")
    rows = list(made.order_by("client__initials", "client").values_list(*said))
    measured = measured_of([row[0] for row in rows], quarter=quarter)
    frame = pl.DataFrame([(*row[:3], Grade.read(row[3]) or 0, *row[4:]) for row in rows], _READ, orient="row")
    return Lines(frame.with_columns(measured=pl.col("client_id").is_in(measured.implode())))
