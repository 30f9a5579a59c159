"""How long a business day takes, against the bare cost of the rows it reads and writes, measured in the same run."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median

import numpy as np
import polars as pl
from django.core.management import call_command
from django.db import connection, transaction

from baohou.day import engine
from baohou.day.models import Watermark
from baohou.guarantee.models import GradeChange, Guarantee, Touched, Visit
from baohou.guarantee.queries import facts as tables
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services.replan import OF_CLIENTS
from baohou.guarantee.services.touch import touch
from baohou.kernel import columns
from baohou.kernel.accountability.models import Entry
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import store
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department
from baohou.kernel.rulebook.services import load_shipped
from bench.portfolio import END, Size, build

QUARTER = END + timedelta(days=1)
ORDINARY = date(2026, 10, 15)
NEW = {"visits": 5000, "grades": 500, "guarantees": 1000}
"""What an ordinary day brings, for a million clients; fewer in proportion for fewer."""


_BOOKED = Table(
    "accountability_entry",
    {
        "duty_key": Column(Kind.LONG, "duty_key"),
        "seq": Column(Kind.CODE, "seq"),
        "kind": Column(Kind.CODE, "kind"),
        "staff_id": Column(Kind.REF, "staff_id"),
        "amount": Column(Kind.LONG, "amount_fen"),
        "dated": Column(Kind.DAY, "dated"),
        "duty_kind": Column(Kind.CODE, "duty_kind"),
        "party_id": Column(Kind.ID, "party_id"),
        "subject_id": Column(Kind.ID, "subject_id"),
        "department_id": Column(Kind.REF, "department_id"),
        "version_id": Column(Kind.REF, "version_id"),
        "opens_on": Column(Kind.DAY, "opens_on"),
        "due_on": Column(Kind.DAY, "due_on"),
    },
)
_SAID: columns.Constants = {
    "clause": "PGM.12",
    "because": "定期回访到期未办",
    "recorded_at": datetime(2026, 10, 1, tzinfo=UTC),
}


@dataclass
class Figure:
    """One measured thing: seconds of each repetition, and what bare reading and writing took."""

    name: str
    rows: int = 0
    seconds: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    write: list[float] = field(default_factory=list)

    def line(self) -> str:
        read, write = median(self.read or [0.0]), median(self.write or [0.0])
        bare = read + write
        ratio = f"{median(self.seconds) / bare:6.2f}" if bare else "     –"
        return f"{self.name:<28}{self.rows:>12,}{median(self.seconds):>10.3f}{read:>10.3f}{write:>10.3f}{ratio:>8}"


HEAD = f"{'':<28}{'rows':>12}{'seconds':>10}{'bare read':>10}{'bare write':>10}{'ratio':>8}"


def main(clients: int, repeat: int = 3) -> None:
    """Build a portfolio in the database of DATABASE_URL, which must be empty, and measure its days."""
    call_command("migrate", verbosity=0)
    load_shipped(door="command")
    size = Size(clients)
    print(
        f"── {connection.vendor}, {clients:,} clients, {size.guarantees:,} guarantees, medians of {repeat}", flush=True
    )
    begun = time.perf_counter()
    build(size)
    print(f"built in {time.perf_counter() - begun:.0f} s; visits {Visit.objects.count():,}", flush=True)
    begun = time.perf_counter()
    engine.run(on=END)
    print(f"first run of all history {time.perf_counter() - begun:.1f} s; duties {Duty.objects.count():,}", flush=True)
    _tidy()
    print(HEAD)
    print(_quarter(repeat).line(), flush=True)
    for figure in (_ordinary(size, repeat), _rebuild(repeat), _worklist()):
        print(figure.line(), flush=True)
    print(
        f"memory of this process, at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024:.2f} GiB"
    )


def _tidy() -> None:
    """As autovacuum would by morning."""
    connection.close()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _quarter(repeat: int) -> Figure:
    """The first day of a quarter, run again and again from the evening before."""
    figure = Figure("first day of a quarter")
    for _ in range(repeat):
        Duty.objects.filter(opens_on=QUARTER).delete()
        Entry.objects.filter(dated=QUARTER).delete()
        Watermark.objects.update(on=END)
        _tidy()
        figure.seconds.append(_timed(lambda: engine.run(on=QUARTER)))
        fresh = columns.read(store.TABLE, where=f"opens_on = '{QUARTER}'")
        booked = columns.read(_BOOKED, where=f"dated = '{QUARTER}'").with_columns(amount=pl.lit(5000, pl.Int64))
        figure.rows = len(fresh) + len(booked)
        figure.read.append(_timed(_read_openings))
        figure.write.append(_bare_write(store.TABLE, fresh) + _bare_write(_BOOKED, booked, same=_SAID))
    return figure


def _read_openings() -> None:
    where = f"issued_on <= '{QUARTER}' AND (released_on IS NULL OR released_on > '{QUARTER}')"
    columns.read(tables.GUARANTEE_TABLE, where=where)
    columns.read(tables.APPOINTMENT_TABLE)
    columns.read(tables.GRADE_TABLE, where=f"effective_on <= '{QUARTER}'")
    columns.read(
        store.TABLE, where=f"due_on >= '{END}' AND due_on < '{QUARTER}' AND done_on IS NULL AND lapsed_on IS NULL"
    )


def _bare_write(table: Table, frame: pl.DataFrame, *, same: columns.Constants | None = None) -> float:
    """COPY of the same rows into a table with the same keys, checks and indexes."""
    bare = Table("bare", table.columns)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE bare (LIKE {table.name} INCLUDING ALL)")
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table.name])
            for place, (statement,) in enumerate(cursor.fetchall()):
                named = re.sub(r'(INDEX ")[^"]+', rf"\g<1>bare_{place}", statement)
                cursor.execute(named.replace(f'"{table.name}"', '"bare"'))

    def write() -> None:
        with transaction.atomic():
            columns.insert(bare, frame, constants=same)

    seconds = _timed(write)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare")
    return seconds


def _ordinary(size: Size, repeat: int) -> Figure:
    """A day with new visits, grades and guarantees, each repetition with other ones."""
    figure = Figure("an ordinary day")
    engine.run(on=ORDINARY - timedelta(days=1))
    rng = np.random.default_rng(7)
    for turn in range(repeat):
        day = ORDINARY + timedelta(days=turn)
        clients = _something_happens(size, day, rng)
        _tidy()
        figure.rows = len(clients)
        figure.seconds.append(_timed(lambda day=day: engine.run(on=day)))  # type: ignore[misc]
        figure.read.append(_timed(lambda clients=clients: _read_clients(clients)))  # type: ignore[misc]
        written = columns.read(store.TABLE, among=("party_id", clients[: NEW["visits"]]))
        figure.write.append(
            _bare_write(store.TABLE, written.head(_share(size, "visits") + 2 * _share(size, "guarantees")))
        )
    return figure


def _share(size: Size, what: str) -> int:
    return max(NEW[what] * size.clients // 1_000_000, 1)


def _something_happens(size: Size, day: date, rng: np.random.Generator) -> list[int]:
    """Record a day's visits, grades and guarantees; the clients concerned."""
    visited, graded, given = (
        rng.choice(size.clients, _share(size, what), replace=False) + 1 for what in ("visits", "grades", "guarantees")
    )
    Visit.objects.bulk_create(
        [Visit(client_id=c, visited_on=day, kind=VisitKind.REGULAR, by_id=1) for c in visited.tolist()], batch_size=1000
    )
    GradeChange.objects.bulk_create(
        [
            GradeChange(client_id=c, grade=Grade.WATCH, effective_on=day, by_id=1, because="季中调整")
            for c in graded.tolist()
        ],
        batch_size=1000,
    )
    department = Department.objects.order_by("pk").values_list("pk", flat=True)[0]
    Guarantee.objects.bulk_create(
        [
            Guarantee(
                project_no=f"N{day:%m%d}-{c}",
                client_id=c,
                department_id=department,
                manager_a_id=1,
                amount_fen=1,
                issued_on=day,
            )
            for c in given.tolist()
        ],
        batch_size=1000,
    )
    clients = sorted({*visited.tolist(), *graded.tolist(), *given.tolist()})
    touch((client, day) for client in clients)
    return clients


def _read_clients(clients: list[int]) -> None:
    """The facts and stored duties of some clients."""
    for table in (tables.GUARANTEE_TABLE, tables.GRADE_TABLE, tables.VISIT_TABLE, tables.ORDER_TABLE):
        columns.read(table, among=("client_id", clients))
    store.read_state(where=OF_CLIENTS, among=("party_id", clients))
    list(Touched.objects.values_list("pk", "client_id"))


def _rebuild(repeat: int) -> Figure:
    """Deriving everything anew from all facts; nothing must differ."""
    figure = Figure("rebuild of all history")
    day = ORDINARY + timedelta(days=repeat - 1)
    for _ in range(repeat):
        _tidy()
        begun = time.perf_counter()
        report = engine.run(on=day, rebuild=True)
        figure.seconds.append(time.perf_counter() - begun)
        assert report.differences == 0, f"a rebuild found {report.differences} differences"
        figure.read.append(_timed(_read_everything))
    figure.rows = Duty.objects.count()
    return figure


def _read_everything() -> None:
    for table in (
        tables.GUARANTEE_TABLE,
        tables.APPOINTMENT_TABLE,
        tables.GRADE_TABLE,
        tables.VISIT_TABLE,
        tables.ORDER_TABLE,
    ):
        columns.read(table)
    store.read_state()


def _worklist() -> Figure:
    """The first 50 open duties of a person, as a worklist page asks for them."""
    figure = Figure("a worklist page's query", rows=50)
    for owner in range(1, 200):
        open_duties = Duty.objects.filter(owner_id=owner, done_on=None, lapsed_on=None).order_by("due_on", "key")
        query, parameters = open_duties.values_list("key", "due_on")[:50].query.sql_with_params()
        with connection.cursor() as cursor:
            figure.seconds.append(_timed(lambda c=cursor, q=query, p=parameters: c.execute(q, p)))  # type: ignore[misc]
    return figure
