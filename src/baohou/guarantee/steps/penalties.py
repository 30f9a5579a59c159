"""Step 2: book what was not done by its day, take back what turns out not to be owed (PGM.12, PGM.13, PGM.14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from baohou.core.columns import NEVER
from baohou.core.ledger import entries_due
from baohou.core.rulebook import RuleBook
from baohou.day.registry import Counts, Task
from baohou.guarantee.queries.facts import get_codes
from baohou.guarantee.rules.penalties import owed
from baohou.kernel import columns
from baohou.kernel.accountability import booking
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import store
from baohou.kernel.rulebook.queries import get_rule_book

_KEYS_AT_ONCE: Final = 20_000
_RECHECK: Final = Table(
    "guarantee_recheck",
    {"number": Column(Kind.ID, "id"), "duty_key": Column(Kind.LONG, "duty_key")},
    key="number",
)
_ASKED: Final = ("key", "kind", "department_id", "owner_id", "version_id", "due_on", "done_on")
_MISSED: Final = Table(store.TABLE.name, {name: store.TABLE.columns[name] for name in _ASKED})
"""What the rules ask of a duty not done in time; a third of a duty."""


def work(task: Task) -> Counts:
    """Bring the ledger's nets to what the duties as seen on task.on say."""
    book = get_rule_book()
    rechecked = columns.read(_RECHECK)
    counts = Counts()
    if task.after is None:
        task.progress("核对全部处罚", 0.0)
        passed = _passed(None, task.on)
        with columns.reading_ahead(_MISSED, where=passed) as duties:
            booked = booking.read_booked()
            missed = duties().frame().with_columns(lapsed_on=pl.lit(NEVER, pl.Int32))
        _settle(book, missed, booked, task.on, counts, whole=lambda: columns.read(store.TABLE, where=passed))
    else:
        task.progress("新逾期的应办事项", 0.0)
        overdue = f"{_passed(task.after, task.on)} AND done_on IS NULL"
        late = columns.read(store.TABLE, where=overdue)
        counts.overdue = len(late)
        _settle(book, late, booking.read_booked(among=late["key"]), task.on, counts)
        keys = rechecked["duty_key"].unique().sort()
        keys = keys.filter(~keys.is_in(late["key"].implode()))
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            piece = keys[start : start + _KEYS_AT_ONCE]
            again = columns.read(store.TABLE, where=_passed(None, task.on), among=("key", piece.to_list()))
            _settle(book, again, booking.read_booked(among=piece), task.on, counts)
    columns.delete(_RECHECK, rechecked["number"])
    return counts


def _passed(after: date | None, on: date) -> str:
    """Duties not done in time whose due day was the last time to come still, and has passed now."""
    since = "" if after is None else f"due_on >= '{after.isoformat()}' AND "
    return f"{since}due_on < '{on.isoformat()}' AND {store.NOT_DONE_IN_TIME}"


def _settle(
    book: RuleBook,
    duties: pl.DataFrame,
    booked: pl.DataFrame,
    on: date,
    counts: Counts,
    *,
    whole: Callable[[], pl.DataFrame] | None = None,
) -> None:
    """Write the entries that bring these duties' nets, and those booked on them, to what they ought to be.

    ``whole`` reads the duties with what an entry repeats of them, when ``duties`` have only what the rules ask.
    """
    expected = owed(duties, book, on=on, go_live=get_go_live(), codes=get_codes(book))
    entries = entries_due(expected, booked)
    counts.read += len(duties)
    counts.penalties += len(entries)
    if len(entries):
        booking.write(entries, whole() if whole else duties, booked, on=on)
