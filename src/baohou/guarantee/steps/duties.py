"""Step 1: duties of the clients that something happened to, of periods that begin, and of departments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from baohou.core.columns import day_number, unpack_key
from baohou.core.rulebook import RuleBook
from baohou.day.models import Watermark
from baohou.day.registry import Counts, Task
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.reports import no_departments, owing_departments, quarters_ended, report_duties
from baohou.guarantee.rules.visits import visit_duties
from baohou.guarantee.services import touch
from baohou.guarantee.services.replan import OF_CLIENTS, OF_DEPARTMENTS, mark_for_recheck, recheck, replan
from baohou.guarantee.services.set_aside import list_clients_set_aside, set_aside
from baohou.guarantee.steps.basis import BOOKING
from baohou.kernel import columns
from baohou.kernel.audit import bulk
from baohou.kernel.columns import Packed
from baohou.kernel.duties import store
from baohou.kernel.duties.store import Difference
from baohou.kernel.parties.models import Party
from baohou.kernel.rulebook.queries import get_rule_book

CLIENTS_AT_ONCE: Final = 20_000


def work(task: Task) -> Counts:
    """Bring all duties of the room to what the facts known on task.on say."""
    book = get_rule_book()
    touched = reading.list_touched()
    clients = _clients(task, touched)
    counts = Counts()
    stored = store.read_state(where=OF_DEPARTMENTS)
    if clients is None:
        owed = _everything(book, task, counts)
    else:
        _some(book, sorted(clients), task, counts)
        _openings(book, clients, task, counts)
        since = min((since for _, _, since in touched), default=None)
        owed = _departments(book, task, since, stored, counts)
    _reports(book, owed, stored, task, counts)
    touch.take_away(touched)
    return counts


def _clients(task: Task, touched: list[tuple[int, int, date]]) -> set[int] | None:
    """The clients to derive anew; None for all."""
    if task.after is None:
        return None
    clients = {client for _, client, _ in touched} | reading.list_clients_dated(after=task.after, on=task.on)
    if task.retry:
        clients |= list_clients_set_aside()
    if len(clients) > CLIENTS_AT_ONCE and len(clients) * 4 > Party.objects.count():
        return None
    return clients


def _everything(book: RuleBook, task: Task, counts: Counts) -> pl.DataFrame:
    """Derive all anew from all facts; the penalties are then looked at as a whole, too.

    The database packs the next table while this one is worked on.
    """
    task.progress("读取全部业务数据", 0.0)
    quarters = quarters_ended(reading.get_first_fact(), task.on)
    with reading.reading_facts(book) as (facts, with_visits):
        lines = timelines.lines(facts.known(task.on))
        facts = with_visits()
    task.progress("推算并比对全部应办事项", 0.3)
    with store.reading_state_ahead(where=OF_CLIENTS) as stored:
        sound, wrong = facts.sound()
        known = sound.known(task.on)
        owed = owing_departments(known, quarters, line=lines.speaking)
        difference = store.compare(visit_duties(known, book, on=task.on, lines=lines), stored)
    _note(facts, wrong, task, None, counts)
    store.apply(difference)
    _count(counts, difference)
    Watermark.objects.filter(step=BOOKING).update(basis="")
    return owed


def _note(facts: Facts, wrong: pl.DataFrame, task: Task, clients: Sequence[int] | None, counts: Counts) -> None:
    """Count what was read, and set aside the visits that contradict the guarantees."""
    counts.read += len(facts.guarantees) + len(facts.grades) + len(facts.visits) + len(facts.orders)
    counts.set_aside += set_aside(wrong, clients=clients, on=task.on)


def _some(book: RuleBook, clients: Sequence[int], task: Task, counts: Counts) -> None:
    """Derive the duties of some clients anew, some ten thousand at a time."""
    for start in range(0, len(clients), CLIENTS_AT_ONCE):
        task.progress("推算有变动的客户", 0.5 * start / len(clients))
        piece = clients[start : start + CLIENTS_AT_ONCE]
        facts = reading.get_facts(book, clients=piece)
        sound, wrong = facts.sound()
        _note(facts, wrong, task, piece, counts)
        _count(counts, replan(book, sound, clients=piece, on=task.on))


def _openings(book: RuleBook, touched: set[int], task: Task, counts: Counts) -> None:
    """Duties of the periods that begin after task.after, for clients to whom nothing happened since."""
    assert task.after is not None
    if (task.on.year, task.on.month) == (task.after.year, task.after.month):
        return
    task.progress("新期间的应办事项", 0.5)
    facts = reading.get_facts_in_force(book, on=task.on)
    counts.read += len(facts.guarantees) + len(facts.grades)
    duties = visit_duties(facts, book, on=task.on, after=task.after)
    fresh = duties.filter(~pl.col("client_id").is_in(pl.Series(list(touched), dtype=pl.Int64).implode()))
    bulk.note(store.TABLE.name, "added", fresh)
    columns.insert(store.TABLE, fresh.sort("key"))
    counts.new += len(fresh)
    mark_for_recheck(fresh.filter(pl.col("due_on") < day_number(task.on)).select("key"))


def _departments(book: RuleBook, task: Task, since: date | None, stored: Packed, counts: Counts) -> pl.DataFrame:
    """Who owes reports: anew for quarters that ended since, or that a fact of the past falls into; else as stored."""
    assert task.after is not None
    begin = task.after if since is None else min(task.after, since)
    quarters = [
        quarter
        for quarter in quarters_ended(begin, task.on)
        if quarter.last > task.after or (since is not None and quarter.last >= since)
    ]
    if quarters:
        task.progress("各部门季度报表", 0.8)
        facts = reading.get_facts_of_quarters(book, first=quarters[0].first, last=quarters[-1].last)
        counts.read += len(facts.guarantees) + len(facts.visits)
        sound, _ = facts.sound()
        owed = owing_departments(sound, quarters)
    else:
        owed = no_departments()
    anew = {day_number(quarter.last) for quarter in quarters}
    return pl.concat([owed, _as_stored(stored, anew)])


def _as_stored(stored: Packed, anew: set[int]) -> pl.DataFrame:
    """What departments owe by the duties stored, but for the quarters (last days) that are derived anew."""
    rows = [
        (kind, subject, day_number(first)) for kind, subject, first in map(unpack_key, stored.frame()["key"].to_list())
    ]
    kept = [row for row in rows if row[2] not in anew]
    schema = {"kind": pl.Int16, "department_id": pl.Int64, "opens_on": pl.Int32}
    return pl.DataFrame(kept, schema=schema, orient="row")


def _reports(book: RuleBook, owed: pl.DataFrame, stored: Packed, task: Task, counts: Counts) -> None:
    """Bring the departments' duties to who owes what, and what they filed."""
    derived = report_duties(
        owed,
        reading.frame(reading.FILING_TABLE),
        reading.frame(reading.POSTING_TABLE),
        book,
        on=task.on,
        codes=reading.get_codes(book),
    )
    difference = store.compare(derived, lambda: stored)
    store.apply(difference)
    recheck(difference, task.on)
    _count(counts, difference)


def _count(counts: Counts, difference: Difference) -> None:
    counts.new += len(difference.new)
    counts.changed += len(difference.changed)
    counts.removed += len(difference.removed)
    counts.done += difference.newly_done
