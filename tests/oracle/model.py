"""The facts of a small world as plain records: what people know, before any rule is applied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Guarantee:
    """A guarantee; ``manager_a`` (a staff number) holds from ``issued_on``."""

    project_no: str
    client: str
    department: str
    manager_a: str
    issued_on: date
    released_on: date | None = None
    product: str = ""


@dataclass(frozen=True)
class Appointment:
    """The A manager of a guarantee from a day on."""

    project_no: str
    manager_a: str
    effective_on: date


@dataclass(frozen=True)
class GradeChange:
    client: str
    grade: str
    effective_on: date


@dataclass(frozen=True)
class Visit:
    """A visit; ``kind`` is routine, regular or special; a routine one names its guarantee."""

    client: str
    visited_on: date
    kind: str
    project_no: str | None = None


@dataclass(frozen=True)
class Order:
    """A special visit ordered; ``urgency`` is urgent, high or normal."""

    client: str
    ordered_on: date
    urgency: str


@dataclass(frozen=True)
class Filing:
    """What a department filed for a quarter, which is named by its last day."""

    department: str
    quarter: date
    kind: str
    filed_on: date


@dataclass(frozen=True)
class Posting:
    """A person's department and post from a day on, until the person's next posting."""

    staff: str
    department: str | None
    post: str
    effective_on: date


@dataclass(frozen=True)
class ExceptionTo:
    """Another value where all conditions hold; it precedes the exceptions whose labels are in ``over``."""

    label: str
    when: dict[str, tuple[str, ...]]
    value: Any
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    value: Any
    exceptions: tuple[ExceptionTo, ...] = ()


@dataclass(frozen=True)
class Version:
    """A version of the rules, in force from ``effective_on`` to the day before ``ends_on``. Money is in fen."""

    name: str
    effective_on: date
    ends_on: date | None
    parameters: dict[tuple[str, str], Parameter]


@dataclass(frozen=True)
class Waiver:
    """A person's penalty for one duty waived; ``duty`` is the oracle's identity of the duty (see ``oracle.identity``)."""

    duty: tuple[str, str | None, str | None, str | None, date]
    staff: str
    amount_fen: int


@dataclass(frozen=True)
class Facts:
    """All that is recorded."""

    guarantees: tuple[Guarantee, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    grades: tuple[GradeChange, ...] = ()
    visits: tuple[Visit, ...] = ()
    orders: tuple[Order, ...] = ()
    filings: tuple[Filing, ...] = ()
    postings: tuple[Posting, ...] = ()
    versions: tuple[Version, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    go_live: date | None = None
    departments: tuple[str, ...] = field(default=())

    def but(self, **changes: Any) -> Facts:
        """The same facts with some of them replaced."""
        return replace(self, **changes)


SHIPPED: dict[tuple[str, str], Any] = {
    ("PGM.3", "days_after_issue"): 15,
    ("PGM.4", "good_months"): 6,
    ("PGM.4", "normal_months"): 3,
    ("PGM.4", "watch_months"): 1,
    ("PGM.4", "risk_months"): 1,
    ("PGM.5", "urgent_days"): 1,
    ("PGM.5", "high_days"): 3,
    ("PGM.5", "normal_days"): 7,
    ("PGM.7", "default_grade"): "normal",
    ("PGM.9", "day_of_quarter"): 10,
    ("PGM.11", "day_of_quarter"): 10,
    ("PGM.12", "yuan"): 5000,
    ("PGM.13", "yuan"): 10000,
    ("PGM.14", "yuan"): 10000,
}
"""The parameters of the rules of 1 April 2016, money in fen."""


def version(
    *, name: str = "2016-04-01", effective_on: date = date(2016, 4, 1), ends_on: date | None = None, **changes: Any
) -> Version:
    """The shipped version with some parameters changed: ``PGM_3__days_after_issue=10``; a Parameter or a bare value."""
    parameters = {key: Parameter(value) for key, value in SHIPPED.items()}
    for spelled, value in changes.items():
        clause, parameter = spelled.split("__")
        key = (clause.replace("_", "."), parameter)
        assert key in parameters, key
        parameters[key] = value if isinstance(value, Parameter) else Parameter(value)
    return Version(name, effective_on, ends_on, parameters)
