"""A department's classification table while it is made: standing and proposed grades, and what is lacking."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import Filing, FilingStep, Guarantee, Measure, Proposal
from baohou.guarantee.queries.filing_steps import last_verb
from baohou.guarantee.queries.pages.clients import default_grade, graded, in_force, speaking
from baohou.guarantee.queries.table_paper import PAPER
from baohou.guarantee.rules.grading import WATCHED, must_sign
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade
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


_STATE_AFTER = {
    FilingVerb.HANDED_IN: State.HANDED_IN,
    FilingVerb.RETURNED: State.RETURNED,
    FilingVerb.ACCEPTED: State.ACCEPTED,
}


@dataclass(frozen=True)
class Line:
    """One client of the table. ``standing`` is the grade before the table speaks; ``seen`` tells two writings apart."""

    client_id: int
    name: str
    id_no: str
    standing: Grade | None
    proposed: Grade | None
    because: str
    seen: int
    measured: bool

    @property
    def changed(self) -> bool:
        return self.proposed is not None and self.proposed is not self.standing

    @property
    def to_sign(self) -> bool:
        return self.proposed is not None and must_sign(self.standing, self.proposed)

    @property
    def watched(self) -> bool:
        return (self.proposed or self.standing) in WATCHED

    @property
    def lacks_measure(self) -> bool:
        return self.watched and not self.measured


@dataclass(frozen=True)
class GradingTable:
    """The table of a department and quarter: its clients by name, and what became of it."""

    department: Department
    quarter: Quarter
    lines: list[Line]
    steps: list[FilingStep]
    filing: Filing | None
    state: State

    @property
    def is_open(self) -> bool:
        """Whether grades can still be proposed."""
        return self.state in (State.OPEN, State.RETURNED)

    @cached_property
    def ungraded(self) -> list[Line]:
        return [line for line in self.lines if line.proposed is None]

    @cached_property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.changed]

    @cached_property
    def to_sign(self) -> list[Line]:
        return [line for line in self.lines if line.to_sign]

    @cached_property
    def lacking(self) -> list[Line]:
        return [line for line in self.lines if line.lacks_measure]

    @property
    def graded_count(self) -> int:
        return len(self.lines) - len(self.ungraded)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every grade, old and new, and its reason: what a signature is for."""
        said = [[line.id_no, line.standing or 0, line.proposed or 0, line.because] for line in self.lines]
        return hashlib.sha256(json.dumps(sorted(said), ensure_ascii=False).encode()).hexdigest()

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
        lines = _live(department, quarter, made, clients)
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


def clients_of(department: Department, quarter: date) -> QuerySet[Party]:
    """Clients for whom a guarantee of the department speaks on the quarter's last day."""
    held = Guarantee.objects.filter(in_force(quarter), department=department)
    voice = Subquery(speaking(OuterRef("pk"), on=quarter).values("department_id")[:1])
    return Party.objects.filter(pk__in=held.values("client_id")).annotate(voice=voice).filter(voice=department.pk)


def _filings(quarter: date) -> QuerySet[Filing]:
    return Filing.objects.filter(quarter=quarter, kind=FilingKind.CLASSIFICATION_REPORT)


def _frozen_departments(quarter: date) -> set[int]:
    frozen = _filings(quarter).annotate(last=last_verb())
    return set(
        frozen.filter(last__in=[FilingVerb.HANDED_IN, FilingVerb.ACCEPTED]).values_list("department_id", flat=True)
    )


def _measured(quarter: date) -> Exists:
    return Exists(Measure.objects.filter(client=OuterRef("pk"), quarter=quarter))


def _live(
    department: Department, quarter: date, made: QuerySet[Proposal], clients: Collection[int] | None
) -> list[Line]:
    found = clients_of(department, quarter)
    if clients is not None:
        found = found.filter(pk__in=clients)
    rows = graded(found, on=quarter).annotate(measured=_measured(quarter)).order_by("initials", "pk")
    unless = default_grade(quarter)
    proposals = {one.client_id: one for one in made.filter(client__in=found.values("pk")).defer("stated")}
    elsewhere = {one.client_id: one.department_id for one in proposals.values() if one.department_id != department.pk}
    frozen = _frozen_departments(quarter) if elsewhere else set()
    lines = []
    for pk, name, id_no, number, measured in rows.values_list("pk", "name", "id_no", "grade_on", "measured"):
        if elsewhere.get(pk) in frozen:
            continue
        standing = Grade(number) if number else unless
        lines.append(_line(pk, name, id_no, standing, proposals.get(pk), measured=measured))
    return lines


def _stated(made: QuerySet[Proposal], quarter: date, clients: Collection[int] | None) -> list[Line]:
    if clients is not None:
        made = made.filter(client__in=clients)
    measured = set(
        Measure.objects.filter(quarter=quarter, client__in=made.values("client")).values_list("client", flat=True)
    )
    return [
        _line(
            one.client_id,
            one.stated["client"],
            one.client.id_no,
            Grade.read(one.stated["before"]),
            one,
            measured=one.client_id in measured,
        )
        for one in made.select_related("client").order_by("client__initials", "client")
    ]


def _line(
    client: int, name: str, id_no: str, standing: Grade | None, proposal: Proposal | None, *, measured: bool
) -> Line:
    return Line(
        client_id=client,
        name=name,
        id_no=id_no,
        standing=standing,
        proposed=Grade(proposal.grade) if proposal else None,
        because=proposal.because if proposal else "",
        seen=proposal.act_id if proposal else 0,
        measured=measured,
    )
