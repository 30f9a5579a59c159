"""Step 2: book what was not done by its day, take back what turns out not to be owed (PGM.12, PGM.13, PGM.14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw

from baohou.core.columns import Frame
from baohou.core.ledger import entries_due
from baohou.core.rulebook import RuleBook
from baohou.day.registry import Counts, Task
from baohou.guarantee.models import Recheck
from baohou.guarantee.queries.facts import get_codes
from baohou.guarantee.rules.penalties import owed
from baohou.kernel import columns
from baohou.kernel.accountability import booking
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.duties import store
from baohou.kernel.rulebook.queries import get_rule_book

NAME: Final = "guarantee.penalties"
_KEYS_AT_ONCE: Final = 20_000


def work(task: Task) -> Counts:
    """Bring the ledger's nets to what the duties as seen on task.on say."""
    book = get_rule_book()
    rechecked = list(Recheck.objects.values_list("pk", "duty_key"))
    counts = Counts()
    if task.after is None:
        task.progress("核对全部处罚", 0.0)
        duties = _duties(where=_passed(None, task.on))
        _settle(book, duties, booking.read_nets(), task.on, counts)
    else:
        task.progress("新逾期的应办事项", 0.0)
        overdue = f"{_passed(task.after, task.on)} AND done_on IS NULL AND lapsed_on IS NULL"
        passed = _duties(where=overdue)
        counts.overdue = len(passed)
        _settle(book, passed, booking.read_nets(of=overdue), task.on, counts)
        keys = sorted({key for _, key in rechecked} - set(passed["key"].to_list()))
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            piece = keys[start : start + _KEYS_AT_ONCE]
            duties = _duties(where=_passed(None, task.on), among=("key", piece))
            _settle(book, duties, booking.read_nets(among=piece), task.on, counts)
    numbers = [number for number, _ in rechecked]
    for start in range(0, len(numbers), _KEYS_AT_ONCE):
        Recheck.objects.filter(pk__in=numbers[start : start + _KEYS_AT_ONCE]).delete()
    return counts


def _passed(after: date | None, on: date) -> str:
    """Duties whose due day was the last time to come still, and has passed now."""
    since = "" if after is None else f"due_on >= '{after.isoformat()}' AND "
    return f"{since}due_on < '{on.isoformat()}'"


def _duties(*, where: str, among: tuple[str, Sequence[int]] | None = None) -> Frame:
    return nw.from_native(columns.read(store.TABLE, where=where, among=among), eager_only=True)


def _settle(book: RuleBook, duties: Frame, booked: Frame, on: date, counts: Counts) -> None:
    """Write the entries that bring these duties' nets, and those booked on them, to what they ought to be."""
    expected = owed(duties, book, on=on, go_live=get_go_live(), codes=get_codes(book))
    entries = entries_due(expected, booked)
    counts.read += len(duties)
    counts.penalties += len(entries)
    booking.write(entries.to_native(), duties.to_native(), booked.to_native(), on=on)
