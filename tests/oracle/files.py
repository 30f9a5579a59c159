"""A world as files for the importers, and what a world must be so that files can say it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.oracle.facts_on import contradicts
from tests.oracle.model import (
    Appointment,
    Facts,
    Filing,
    GradeChange,
    Guarantee,
    Order,
    Posting,
    Visit,
)
from tests.oracle.script import key

KIND_OF = {
    Posting: "staff",
    Guarantee: "portfolio",
    Appointment: "managers",
    GradeChange: "grades",
    Visit: "visits",
    Order: "orders",
    Filing: "filings",
}
"""The kind of file for each fact, in the order in which the files can be taken."""
FULL_WIDTH, EARLY = "P-1０", 1950


def importable(facts: Facts) -> Facts:
    """The facts without what an importer refuses, and with numbers and days that a file can say."""
    sound = facts.but(visits=tuple(v for v in facts.visits if not contradicts(facts, v)))
    first = {g.client: g.issued_on for g in sorted(facts.guarantees, key=lambda g: g.issued_on, reverse=True)}
    known = {g.project_no for g in facts.guarantees}
    return sound.but(
        guarantees=tuple(map(plain, sound.guarantees)),
        appointments=tuple(plain(a) for a in sound.appointments if a.project_no in known),
        grades=tuple(g for g in sound.grades if g.client in first),
        visits=tuple(map(plain, sound.visits)),
        orders=tuple(o for o in sound.orders if o.client in first),
        postings=tuple(map(plain, sound.postings)),
    )


def plain(fact: Any) -> Any:
    if getattr(fact, "project_no", None) == FULL_WIDTH:
        return replace(fact, project_no="P-20")
    if isinstance(fact, Posting) and fact.effective_on.year < EARLY:
        return replace(fact, effective_on=fact.effective_on.replace(year=EARLY))
    return fact


def row_of(fact: Any) -> dict[str, Any]:
    """The fact's row under the English codes of its columns."""
    match fact:
        case Guarantee():
            return {
                "project_no": fact.project_no,
                "client_name": f"客户{fact.client}",
                "client_id_no": fact.client,
                "department": fact.department,
                "manager_a": fact.manager_a,
                "product": fact.product,
                "amount": "1000000",
                "issued_on": fact.issued_on,
                "released_on": fact.released_on or "",
            }
        case Posting():
            return {
                "staff_no": fact.staff,
                "name": f"姓名{fact.staff}",
                "department": fact.department or "",
                "post": fact.post,
                "effective_on": fact.effective_on,
            }
        case Appointment():
            return {"project_no": fact.project_no, "manager_a": fact.manager_a, "effective_on": fact.effective_on}
    told = {"client_id_no" if name == "client" else name: value for name, value in vars(fact).items()}
    if isinstance(fact, Filing):
        told["quarter"] = f"{fact.quarter.year}Q{fact.quarter.month // 3}"
    return {**told, "by": "S01"}


def write(folder: Path, name: str, facts: Iterable[Any]) -> list[tuple[str, Path]]:
    """A file for each kind of fact that there is, in the order in which they can be taken: (kind, path)."""
    found = list(facts)
    files = []
    for sort, kind in KIND_OF.items():
        rows = [row_of(fact) for fact in found if isinstance(fact, sort)]
        if rows:
            path = folder / f"{name}-{kind}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            files.append((kind, path))
    return files


def gone(before: Iterable[Any], after: Iterable[Any]) -> list[Any]:
    """Facts whose keys are there no more."""
    kept = {(type(fact), *key(fact)) for fact in after}
    return [fact for fact in before if (type(fact), *key(fact)) not in kept]
