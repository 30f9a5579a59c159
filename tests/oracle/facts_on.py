"""What the facts say on a day, plainly: what is known, in force, speaks, manages; the version and its values."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.model import Facts, GradeChange, Guarantee, Parameter, Version, Visit


class TwoExceptions(Exception):
    """Two exceptions apply at once and neither precedes the other."""


# What is known on a day


def known(facts: Facts, on: date) -> Facts:
    """The facts as they exist on a day: one dated after it is not there, and a release after it has not happened.

    Whether a visit contradicts other facts is judged once over all that is recorded, not anew for each day.
    """
    guarantees = []
    for g in facts.guarantees:
        if g.issued_on <= on:
            released = g.released_on if g.released_on is not None and g.released_on <= on else None
            guarantees.append(
                Guarantee(g.project_no, g.client, g.department, g.manager_a, g.issued_on, released, g.product)
            )
    return facts.but(
        guarantees=tuple(guarantees),
        appointments=tuple(a for a in facts.appointments if a.effective_on <= on),
        grades=tuple(g for g in facts.grades if g.effective_on <= on),
        visits=tuple(v for v in facts.visits if v.visited_on <= on and not contradicts(facts, v)),
        orders=tuple(o for o in facts.orders if o.ordered_on <= on),
        filings=tuple(f for f in facts.filings if f.filed_on <= on),
        postings=tuple(p for p in facts.postings if p.effective_on <= on),
    )


def contradicts(facts: Facts, visit: Visit) -> bool:
    """Whether a visit contradicts other facts: before the client's first issue, or on another client's guarantee."""
    issues = [g.issued_on for g in facts.guarantees if g.client == visit.client]
    if not issues or visit.visited_on < min(issues):
        return True
    if visit.project_no is not None:
        return all(g.project_no != visit.project_no or g.client != visit.client for g in facts.guarantees)
    return False


def visits_of(facts: Facts, client: str) -> list[Visit]:
    """The client's visits, by day."""
    return sorted((v for v in facts.visits if v.client == client), key=lambda v: v.visited_on)


# Rules in force and their parameters


def version_on(facts: Facts, on: date) -> Version | None:
    """The version in force on a day, if any."""
    for v in facts.versions:
        if v.effective_on <= on and (v.ends_on is None or on < v.ends_on):
            return v
    return None


def value(parameter: Parameter, about: dict[str, str | None]) -> Any:
    """A parameter's value for these facts: its base, or the one applying exception that goes over all others applying."""
    applying = []
    for e in parameter.exceptions:
        if all(about.get(name) is not None and about.get(name) in wanted for name, wanted in e.when.items()):
            applying.append(e)
    for one in applying:
        for two in applying:
            if one is not two and one.label not in two.over and two.label not in one.over:
                raise TwoExceptions([one.label, two.label])
    for one in applying:
        if not any(one.label in other.over for other in applying):
            return one.value
    return parameter.value


def number(v: Version, clause: str, name: str, **about: str | None) -> Any:
    return value(v.parameters[(clause, name)], about)


# The state of a client on a day


def in_force(g: Guarantee, on: date) -> bool:
    """Issued on or before the day and not released on or before it; the end date plays no part."""
    return g.issued_on <= on and (g.released_on is None or on < g.released_on)


def has_in_force(facts: Facts, client: str, on: date) -> bool:
    return any(g.client == client and in_force(g, on) for g in facts.guarantees)


def speaking(facts: Facts, client: str, on: date) -> Guarantee | None:
    """The guarantee that speaks for the client: in force, latest issued, then the greatest project number."""
    best = None
    for g in facts.guarantees:
        if (
            g.client == client
            and in_force(g, on)
            and (best is None or (g.issued_on, g.project_no) > (best.issued_on, best.project_no))
        ):
            best = g
    return best


def manager_of(facts: Facts, g: Guarantee, on: date) -> str:
    """The A manager of a guarantee on a day; the portfolio's own manager counts as appointed on the issue day."""
    manager = g.manager_a
    since = g.issued_on
    for a in sorted(facts.appointments, key=lambda a: a.effective_on):
        if a.project_no == g.project_no and since <= a.effective_on <= on:
            manager = a.manager_a
            since = a.effective_on
    return manager


def grade_on(facts: Facts, client: str, on: date, v: Version) -> str:
    """The latest grade up to the day; without one, the default of the version (PGM.7)."""
    latest: GradeChange | None = None
    for g in facts.grades:
        if g.client == client and g.effective_on <= on and (latest is None or g.effective_on > latest.effective_on):
            latest = g
    return latest.grade if latest is not None else number(v, "PGM.7", "default_grade")


def department_manager(facts: Facts, department: str, on: date) -> str | None:
    """The department's manager on a day: the person whose posting it is then; of several the one appointed last.

    Of two appointed on one day the one recorded last.
    """
    found: list[tuple[date, int, str]] = []
    for staff in sorted({p.staff for p in facts.postings}):
        own = [p for p in facts.postings if p.staff == staff and p.effective_on <= on]
        if own:
            present = max(own, key=lambda p: (p.effective_on, facts.postings.index(p)))
            if present.post == "department_manager" and present.department == department:
                found.append((present.effective_on, facts.postings.index(present), staff))
    return max(found)[-1] if found else None
