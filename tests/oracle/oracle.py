"""The rules said slowly: plain loops over days and clients, from the text of the clauses; clear before fast.

Readings chosen where the text leaves room (each is also said at its function):

1. A routine duty's owner and department are null when *its own guarantee* is not in force on the owner's day.
2. The managers named in the portfolio are an appointment dated ``issued_on``: an appointment dated before the issue is
   superseded by it, one dated on the issue day replaces it.
3. A special visit ordered for a client with nothing in force on the order day (released, or not yet issued) lapses that day.
4. Every visit that names a guarantee of another client, of whatever kind, does not count, nor does a visit before the
   client's first issue: for no duty, no hand-over. Judged over all facts recorded, also those dated after the day.
5. A department's act counts from whatever day it was filed, also before the quarter's last day.
6. A hand-over is owed only by a department that has a client in force on the quarter's last day (it is one of the three
   duties of such departments), though the visits may have been to other clients that were the department's on that day.
7. "Appointed last" is by the day from which the person's present posting holds; two of one day: the greater staff number.
8. The amount's exceptions by department look at the department that the duty has on its due day.
9. A waiver stays when the duty turns out not owed and then owed again: net = what is owed less what was waived, not below 0.
10. A go-live day set later takes back what was booked for duties due before it.
11. "Day n of the next quarter" is the n-th day counted from the quarter's first day.
12. An exception that asks for a product does not hold for a guarantee without one.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.oracle.facts_on import (
    department_manager,
    grade_on,
    has_in_force,
    in_force,
    known,
    manager_of,
    number,
    speaking,
    version_on,
    visits_of,
)
from tests.oracle.model import Facts, Order, Version

DAY = timedelta(days=1)

CLAUSE = {
    "routine_visit": "PGM.3",
    "regular_visit": "PGM.4",
    "special_visit": "PGM.5",
    "classification_report": "PGM.9",
    "visit_plan": "PGM.9",
    "hand_over": "PGM.11",
}
PENALTY = {
    "routine_visit": "PGM.12",
    "regular_visit": "PGM.12",
    "special_visit": "PGM.12",
    "classification_report": "PGM.13",
    "visit_plan": "PGM.13",
    "hand_over": "PGM.14",
}

KEYS = [
    "clause",
    "kind",
    "version",
    "client_id_no",
    "project_no",
    "department",
    "quarter",
    "period_first",
    "period_last",
    "owner",
    "opens_on",
    "due_on",
    "state",
    "done_on",
]

Identity = tuple[str, str | None, str | None, str | None, date]


# Calendar


def month_after(first: date, months: int) -> date:
    """The first day of the month some months after the one that begins on ``first``."""
    for _ in range(months):
        first = date(first.year + 1, 1, 1) if first.month == 12 else date(first.year, first.month + 1, 1)
    return first


def quarter_name(on: date) -> str:
    return f"{on.year}Q{(on.month + 2) // 3}"


def is_quarter_end(on: date) -> bool:
    return (on + DAY).day == 1 and on.month in (3, 6, 9, 12)


# Duties


def state(on: date, due_on: date, done_on: date | None, lapsed: bool) -> str:
    if lapsed:
        return "lapsed"
    if done_on is not None:
        return "done" if done_on <= due_on else "late"
    return "open" if on <= due_on else "overdue"


def lapses(facts_say_nothing_in_force: Any, start: date, due_on: date, done_on: date | None, on: date) -> bool:
    """Whether up to ``on`` the duty lapsed: a day from start to due on which nothing is in force, not done before it."""
    day = start
    while day <= min(due_on, on):
        if facts_say_nothing_in_force(day):
            return done_on is None or done_on >= day
        day += DAY
    return False


def row(kind: str, v: Version, on: date, **keys: Any) -> dict[str, Any]:
    """One duty with the keys of ``baohou duties --format json``; dates are still dates."""
    duty: dict[str, Any] = dict.fromkeys(KEYS)
    lapsed = keys.pop("lapsed", False)
    duty.update(kind=kind, clause=CLAUSE[kind], version=v.name, **keys)
    duty["state"] = state(on, keys["due_on"], keys["done_on"], lapsed)
    if lapsed:
        duty["done_on"] = None
    return duty


def routine_duties(facts: Facts, on: date) -> list[dict[str, Any]]:
    """PGM.3: one duty per guarantee; the version of the issue day decides; without one, no duty."""
    duties = []
    for g in facts.guarantees:
        v = version_on(facts, g.issued_on)
        if v is None:
            continue
        days = number(v, "PGM.3", "days_after_issue", department=g.department, product=g.product or None)
        due_on = g.issued_on + timedelta(days=days)
        done_on = None
        for visit in visits_of(facts, g.client):
            if visit.kind == "routine" and visit.project_no == g.project_no and visit.visited_on >= g.issued_on:
                done_on = visit.visited_on
                break
        lapsed = lapses(lambda day, g=g: not in_force(g, day), g.issued_on, due_on, done_on, on)
        owners_day = min(on, due_on)
        there = in_force(g, owners_day)
        duties.append(
            row(
                "routine_visit",
                v,
                on,
                client_id_no=g.client,
                project_no=g.project_no,
                department=g.department if there else None,
                owner=manager_of(facts, g, owners_day) if there else None,
                opens_on=g.issued_on,
                due_on=due_on,
                done_on=done_on,
                lapsed=lapsed,
            )
        )
    return duties


def client_duty(
    facts: Facts, on: date, kind: str, v: Version, client: str, opens_on: date, due_on: date, **keys: Any
) -> dict[str, Any]:
    """A duty towards a client as a whole: regular (done by any visit) or special (done by a special one)."""
    done_on = None
    for visit in visits_of(facts, client):
        if visit.visited_on >= opens_on and (kind == "regular_visit" or visit.kind == "special"):
            done_on = visit.visited_on
            break
    lapsed = lapses(lambda day: not has_in_force(facts, client, day), opens_on, due_on, done_on, on)
    owners_day = min(on, due_on)
    g = speaking(facts, client, owners_day)
    return row(
        kind,
        v,
        on,
        client_id_no=client,
        department=g.department if g else None,
        owner=manager_of(facts, g, owners_day) if g else None,
        opens_on=opens_on,
        due_on=due_on,
        done_on=done_on,
        lapsed=lapsed,
        **keys,
    )


def regular_duties(facts: Facts, on: date) -> list[dict[str, Any]]:
    """PGM.4: for each first day of a month, who is in force, and does a period of their grade's rhythm begin?"""
    duties = []
    for client in sorted({g.client for g in facts.guarantees}):
        first = min(g.issued_on for g in facts.guarantees if g.client == client).replace(day=1)
        while first <= on:
            v = version_on(facts, first)
            if v is not None and has_in_force(facts, client, first):
                months = number(v, "PGM.4", grade_on(facts, client, first, v) + "_months")
                if months > 0 and (first.month - 1) % months == 0:
                    last = month_after(first, months) - DAY
                    keys = {"period_first": first, "period_last": last}
                    duties.append(client_duty(facts, on, "regular_visit", v, client, first, last, **keys))
            first = month_after(first, 1)
    return duties


def special_duties(facts: Facts, on: date) -> list[dict[str, Any]]:
    """PGM.5: one duty per order; the version of the order day decides."""
    duties = []
    for order in facts.orders:
        v = version_on(facts, order.ordered_on)
        if v is not None:
            due_on = special_due(order, v)
            duties.append(client_duty(facts, on, "special_visit", v, order.client, order.ordered_on, due_on))
    return duties


def special_due(order: Order, v: Version) -> date:
    return order.ordered_on + timedelta(days=number(v, "PGM.5", order.urgency + "_days"))


def department_duties(facts: Facts, on: date) -> list[dict[str, Any]]:
    """PGM.9, PGM.11: on each quarter's last day, for each department that speaks for a client."""
    duties: list[dict[str, Any]] = []
    if not facts.guarantees:
        return duties
    day = min(g.issued_on for g in facts.guarantees)
    while day <= on:
        v = version_on(facts, day)
        if is_quarter_end(day) and v is not None:
            for department in sorted({g.department for g in facts.guarantees}):
                for kind in department_kinds(facts, department, day):
                    duties.append(department_duty(facts, on, kind, v, department, day))
        day += DAY
    return duties


def department_kinds(facts: Facts, department: str, quarter_end: date) -> list[str]:
    """What the department owes for the quarter that ends on this day."""
    clients = sorted({g.client for g in facts.guarantees})
    if not any(is_departments(facts, client, department, quarter_end) for client in clients):
        return []
    kinds = ["classification_report", "visit_plan"]
    quarter_first = date(quarter_end.year, quarter_end.month - 2, 1)
    for client in clients:
        for visit in visits_of(facts, client):
            in_quarter = quarter_first <= visit.visited_on <= quarter_end
            if in_quarter and is_departments(facts, client, department, visit.visited_on):
                return [*kinds, "hand_over"]
    return kinds


def is_departments(facts: Facts, client: str, department: str, on: date) -> bool:
    g = speaking(facts, client, on)
    return g is not None and g.department == department


def department_duty(
    facts: Facts, on: date, kind: str, v: Version, department: str, quarter_end: date
) -> dict[str, Any]:
    due_on = quarter_end + timedelta(days=number(v, CLAUSE[kind], "day_of_quarter"))
    done_on = None
    for f in facts.filings:
        if (f.department, f.quarter, f.kind) == (department, quarter_end, kind):
            done_on = f.filed_on
    return row(
        kind,
        v,
        on,
        department=department,
        quarter=quarter_name(quarter_end),
        owner=department_manager(facts, department, min(on, due_on)),
        opens_on=quarter_end,
        due_on=due_on,
        done_on=done_on,
    )


def derive(facts: Facts, on: date) -> list[dict[str, Any]]:
    """All duties as seen on a day, dates still dates."""
    seen = known(facts, on)
    found = routine_duties(seen, on) + regular_duties(seen, on) + special_duties(seen, on) + department_duties(seen, on)
    return sorted(found, key=lambda d: tuple(str(part) for part in identity(d)))


def duties(facts: Facts, on: date) -> list[dict[str, Any]]:
    """What ``baohou duties --on DATE --format json`` must say, in the oracle's own order."""
    return [
        {key: part.isoformat() if isinstance(part, date) else part for key, part in duty.items()}
        for duty in derive(facts, on)
    ]


def identity(duty: dict[str, Any]) -> Identity:
    """What makes a duty that duty, whatever is later learnt about its owner or due day."""
    department = duty["department"] if duty["client_id_no"] is None else None
    return (duty["kind"], duty["client_id_no"], duty["project_no"], department, duty["opens_on"])


# Penalties


def owed(facts: Facts, on: date) -> dict[tuple[Identity, str], int]:
    """Fen owed per duty and person by the facts as known on a day, before waivers (PGM.12, 13, 14)."""
    books: dict[tuple[Identity, str], int] = {}
    for duty in derive(facts, on):
        due_on = duty["due_on"]
        too_late = due_on < on and duty["state"] in ("overdue", "late")
        before_go_live = facts.go_live is not None and due_on < facts.go_live
        if too_late and not before_go_live and duty["owner"] is not None:
            v = next(v for v in facts.versions if v.name == duty["version"])
            fen = number(v, PENALTY[duty["kind"]], "yuan", department=duty["department"])
            if fen > 0:
                books[(identity(duty), duty["owner"])] = fen
    return books


def nets(facts: Facts, on: date) -> dict[tuple[Identity, str], int]:
    """Net fen per duty and person after the run of a day; what nets to nothing is left out."""
    result = owed(facts, on)
    for waiver in facts.waivers:
        key = (waiver.duty, waiver.staff)
        if key in result:
            result[key] = max(0, result[key] - waiver.amount_fen)
    return {key: fen for key, fen in result.items() if fen > 0}


# PGM.10


def without_measure(facts: Facts, department: str, quarter_end: date, measured: set[str]) -> list[str]:
    """The department's clients graded watch or risk on the quarter's last day that no filed measure covers."""
    seen = known(facts, quarter_end)
    v = version_on(seen, quarter_end)
    missing = []
    for client in sorted({g.client for g in seen.guarantees}):
        if v is not None and is_departments(seen, client, department, quarter_end):
            grade = grade_on(seen, client, quarter_end, v)
            if grade in ("watch", "risk") and client not in measured:
                missing.append(client)
    return missing
