"""What is derived from the facts of a department's clients, kept by the process while they are what they were.

A department of ten thousand clients has some hundred thousand facts, and a page shows a hundred lines of what follows
from them. So what follows is kept, and of it only that of the clients touched since is derived again: every verb marks
them for the day (services.touch). When a day has run, or an act of another kind came between (a version of the rule
book, an import, somebody's post), all of it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from baohou.guarantee.queries.changes import latest_acts, latest_step, latest_touched
from baohou.kernel import kept
from baohou.kernel.kept import Name

MOST: Final = 16
"""So many frames a process keeps, those asked for last; each of some megabytes for ten thousand clients."""
_MOST_TOUCHED: Final = 300
"""So many marks are looked at: one that commits after a later one is still seen."""
_TOUCHING: Final = (
    *("visits.record", "visits.add", "grades.change", "orders.order_special", "measures.file", "measures.finish"),
    *("plans.arrange", "plans.clear", "plans.set_date", "plans.set_dates", "plans.shift", "plans.spread"),
    *("proposals.propose", "proposals.propose_many", "proposals.keep_the_rest", "accountability.waive"),
    *("reports.file", "reports.handed_in", "reports.returned", "reports.accepted", "parties.contacts"),
    *("accountability.appeal", "accountability.decide_appeal", "accountability.reverse", "parties.reveal"),
    *("hand_overs.begin", "hand_overs.refresh", "hand_overs.sign_over", "hand_overs.sign_for"),
    *("hand_overs.give", "hand_overs.receive", "hand_overs.send_back"),
)
"""Acts that mark the clients whose facts they change, or change no fact that duties and grades follow from."""

Derive = Callable[[Sequence[int] | None], pl.DataFrame]


@dataclass(frozen=True)
class _Mark:
    """What a frame rests on."""

    acts: list[int]
    step: int
    touched: list[tuple[int, int]]

    def touched_since(self, before: _Mark) -> list[int] | None:
        """The clients touched since; None when more than facts of some clients may have changed."""
        if (self.acts, self.step) != (before.acts, before.step):
            return None
        known = set(before.touched)
        fresh = [one for one in self.touched if one not in known]
        if len(fresh) == _MOST_TOUCHED:
            return None
        return sorted({client for _, client in fresh})


_kept: Final = kept.Shelf[_Mark, pl.DataFrame](MOST)


def keep(name: Name, derive: Derive) -> pl.DataFrame:
    """What ``derive`` gives of all clients (asked with None), kept under ``name``; rows have ``client_id``, no order.

    ``derive`` is asked with some clients for their rows only, of those too that have come or gone. Within a transaction
    nothing is kept, since it may be undone. Three queries when nothing has changed.
    """
    if kept.may_be_undone():
        return derive(None)
    mark = _Mark(latest_acts(beside=_TOUCHING), latest_step(), latest_touched(_MOST_TOUCHED))  # before the facts
    frame = _derived(_kept.find(name), mark, derive)
    if kept.CHECKED:
        _check(name, frame, derive(None))
    _kept.put(name, mark, frame)
    return frame


def _derived(before: tuple[_Mark, pl.DataFrame] | None, mark: _Mark, derive: Derive) -> pl.DataFrame:
    touched = None if before is None else mark.touched_since(before[0])
    if before is None or touched is None:
        return derive(None)
    if not touched:
        return before[1]
    rest = before[1].filter(~pl.col("client_id").is_in(touched))
    return pl.concat([rest, derive(touched)])


def _check(name: Name, frame: pl.DataFrame, anew: pl.DataFrame) -> None:
    if not frame.sort(frame.columns).equals(anew.sort(anew.columns)):
        raise AssertionError(f"{name} is kept, and is not what is derived anew")
