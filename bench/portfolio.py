"""A large made-up portfolio, written by the fastest path: three years of guarantees, grades and visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.core.management.color import no_style
from django.db import connection

from baohou.core.columns import NEVER, day_number
from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries import facts as tables
from baohou.guarantee.rules.facts import APPOINTMENTS, GRADES, GUARANTEES, ORDERS, VISITS, Facts, empty
from baohou.guarantee.rules.visits import visit_duties
from baohou.guarantee.rules.words import Grade
from baohou.kernel import columns
from baohou.kernel.columns import Kind, Table
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.rulebook.queries import get_rule_book

BEGIN, END = date(2023, 10, 1), date(2026, 9, 30)
"""The three years; the day after is the first day of a quarter."""
SHARES = {Grade.GOOD: 0.15, Grade.NORMAL: 0.60, Grade.WATCH: 0.20, Grade.RISK: 0.05}
VISITED = 0.70
"""The share of duties that a visit is made for."""
LATENESS = 1.05
"""How far beyond the time allowed visits reach."""
CLIENTS_A_MANAGER = 500
MANAGERS_A_DEPARTMENT = 20


@dataclass(frozen=True)
class Size:
    clients: int

    @property
    def guarantees(self) -> int:
        return self.clients * 6 // 5

    @property
    def managers(self) -> int:
        return max(self.clients // CLIENTS_A_MANAGER, 4)

    @property
    def departments(self) -> int:
        return max(self.managers // MANAGERS_A_DEPARTMENT, 2)


def build(size: Size, *, seed: int = 1) -> None:
    """Fill an empty, migrated database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # what is made here refers to what is made here
            cursor.execute("SET session_replication_role = replica")
    rng = np.random.default_rng(seed)
    _people(size)
    _clients(size)
    guarantees = _guarantees(size, rng)
    _insert_guarantees(guarantees)
    grades = _grades(size, guarantees, rng)
    _insert_grades(grades)
    _insert_visits(_visits(guarantees, grades, rng))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Department, Staff, Party, Guarantee]):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
    connection.close()


def _staged(table: Table, frame: pl.DataFrame, *, into: str, select: str) -> None:
    """Load a frame into a table of its own, and from there, with what every row has alike, into the real one."""
    types = {Kind.DAY: "date", Kind.CODE: "smallint"}
    stage = Table("stage", table.columns)
    fields = ", ".join(f"{column.source} {types.get(column.kind, 'bigint')}" for column in table.columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE stage ({fields})")
        columns.insert(stage, frame.select(*table.columns))
        cursor.execute(f"INSERT INTO {table.name} ({into}) SELECT {select} FROM stage")
        cursor.execute("DROP TABLE stage")


def _people(size: Size) -> None:
    Department.objects.bulk_create(Department(id=n, name=f"业务{n}部") for n in range(1, size.departments + 1))
    heads = size.managers + size.departments
    Staff.objects.bulk_create(
        [Staff(id=n, staff_no=f"S{n}", name=f"员工{n}") for n in range(1, heads + 1)], batch_size=500
    )
    Posting.objects.bulk_create(
        [
            Posting(staff_id=n, department_id=_department(n), post=Post.PROJECT_MANAGER)
            for n in range(1, size.managers + 1)
        ]
        + [
            Posting(staff_id=size.managers + n, department_id=n, post=Post.DEPARTMENT_MANAGER)
            for n in range(1, size.departments + 1)
        ],
        batch_size=500,
    )


def _department(manager: int) -> int:
    return 1 + (manager - 1) // MANAGERS_A_DEPARTMENT


def _clients(size: Size) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parties_party (id, id_no, name, initials) "
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size.clients}) "
            "SELECT i, 'X:' || i, '客户' || i || '有限公司', 'kh' || i || 'yxgs' FROM n"
        )


def _guarantees(size: Size, rng: np.random.Generator) -> pl.DataFrame:
    """Every client one, every fifth a second; a third of them released, the others past or not past their end."""
    count = size.guarantees
    client = np.concatenate([np.arange(1, size.clients + 1), rng.integers(1, size.clients + 1, count - size.clients)])
    issued = rng.integers(day_number(BEGIN), day_number(END), count)
    term = rng.integers(180, 1080, count)
    released = np.where((issued + term <= day_number(END)) & (rng.random(count) < 0.8), issued + term, NEVER)
    manager = 1 + (client - 1) // CLIENTS_A_MANAGER % size.managers
    return pl.DataFrame(
        {
            "guarantee_id": np.arange(1, count + 1),
            "client_id": client,
            "issued_on": issued,
            "ends_on": issued + term,
            "released_on": released,
            "manager_id": manager,
            "department_id": 1 + (manager - 1) // MANAGERS_A_DEPARTMENT,
        }
    )


def _insert_guarantees(guarantees: pl.DataFrame) -> None:
    own = "id, client_id, issued_on, released_on, department_id, manager_a_id"
    into = f"project_no, product, bank, amount_fen, currency, {own}"
    select = f"'P' || id, '流动资金贷款担保', '合作银行', 100000000, 'CNY', {own}"
    _staged(tables.GUARANTEE_TABLE, guarantees, into=into, select=select)


def _grades(size: Size, guarantees: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Half as many again as there are clients, each from some day after the client's first issue."""
    count = size.clients * 3 // 2
    first = guarantees.group_by("client_id").agg(pl.col("issued_on").min()).sort("client_id")["issued_on"].to_numpy()
    client = np.concatenate([np.arange(1, size.clients + 1), rng.integers(1, size.clients + 1, count - size.clients)])
    begin = first[client - 1]
    day = begin + (rng.random(count) * (day_number(END) - begin)).astype(np.int64)
    day[: size.clients] = np.minimum(begin[: size.clients] + 10, day_number(END))
    grade = rng.choice([grade.value for grade in SHARES], count, p=list(SHARES.values()))
    return pl.DataFrame({"client_id": client, "grade": grade, "effective_on": day}).unique(
        ["client_id", "effective_on"]
    )


def _visits(guarantees: pl.DataFrame, grades: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A visit for seven in ten of the duties, most of them in time, on a day of its own within the duty's or after."""
    book = get_rule_book()
    guarantees = guarantees.with_columns(rank=pl.lit(0), product=pl.lit(0))
    facts = Facts(
        guarantees=_as(guarantees, GUARANTEES),
        appointments=empty(APPOINTMENTS),
        grades=_as(grades, GRADES),
        visits=empty(VISITS),
        orders=empty(ORDERS),
        codes=tables.get_codes(book),
    )
    duties: pl.DataFrame = visit_duties(facts, book, on=END)
    chosen = duties.filter(pl.Series(rng.random(len(duties)) < VISITED))
    length = (chosen["due_on"] - chosen["opens_on"]).to_numpy()
    day = chosen["opens_on"].to_numpy() + (rng.random(len(chosen)) * (length + 1) * LATENESS).astype(np.int64)
    visits = pl.DataFrame(
        {
            "client_id": chosen["client_id"],
            "guarantee_id": chosen["subject_id"],
            "visited_on": day,
            "kind": chosen["kind"],
        }
    )
    visits = visits.filter(pl.col("visited_on") <= day_number(END))
    return visits.unique(["client_id", "guarantee_id", "visited_on", "kind"]).sort("visited_on")


def _as(frame: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _insert_visits(visits: pl.DataFrame) -> None:
    same = "client_id, guarantee_id, visited_on, kind"
    into = f"{same}, by_id, methods, summary, findings"
    _staged(tables.VISIT_TABLE, visits, into=into, select=f"{same}, 1, '实地查看', '', '{{}}'")


def _insert_grades(grades: pl.DataFrame) -> None:
    same = "client_id, grade, effective_on"
    _staged(tables.GRADE_TABLE, grades, into=f"{same}, by_id, because", select=f"{same}, 1, '季末分类'")
