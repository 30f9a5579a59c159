"""The clients of a classification table in columns: a table of ten thousand is counted without an object for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

import polars as pl

from baohou.guarantee.rules.grading import WATCHED, must_sign
from baohou.guarantee.rules.words import Grade

LINES: Final = {
    "client_id": pl.Int64,
    "name": pl.String,
    "id_no": pl.String,
    "standing": pl.Int16,
    "proposed": pl.Int16,
    "because": pl.String,
    "seen": pl.Int64,
    "measured": pl.Boolean,
}
"""A line in columns; a grade is 0 where there is none."""

_WATCHED: Final = [grade.value for grade in WATCHED]
_STANDING, _PROPOSED = pl.col("standing"), pl.col("proposed")
UNGRADED: Final = _PROPOSED == 0
CHANGED: Final = (_PROPOSED != 0) & (_PROPOSED != _STANDING)
TO_SIGN: Final = CHANGED & (_STANDING.is_in(_WATCHED) | _PROPOSED.is_in(_WATCHED))
NOW_WATCHED: Final = pl.when(UNGRADED).then(_STANDING).otherwise(_PROPOSED).is_in(_WATCHED)
LACKING: Final = NOW_WATCHED & ~pl.col("measured")
"""What Line tells of one client, asked of all of them."""


@dataclass(frozen=True)
class Line:
    """One client of the table. ``standing`` is the grade before the table speaks; ``seen`` tells two writings apart."""

    client_id: int
    name: str
    id_no: str
    standing: Grade | None
    proposed: Grade | None
    because: str
    seen: int
    measured: bool

    @property
    def changed(self) -> bool:
        return self.proposed is not None and self.proposed is not self.standing

    @property
    def to_sign(self) -> bool:
        return self.proposed is not None and must_sign(self.standing, self.proposed)

    @property
    def watched(self) -> bool:
        return (self.proposed or self.standing) in WATCHED

    @property
    def lacks_measure(self) -> bool:
        return self.watched and not self.measured


class Lines(Sequence[Line]):
    """Lines in order; each becomes an object when it is looked at, and they are counted without."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame.select(pl.col(name).cast(dtype) for name, dtype in LINES.items())

    def __len__(self) -> int:
        return len(self.frame)

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> Lines: ...
    def __getitem__(self, place: int | slice) -> Line | Lines:
        if isinstance(place, slice):
            return Lines(self.frame[place])
        return _line(self.frame.row(place))

    def __iter__(self) -> Iterator[Line]:
        return map(_line, self.frame.iter_rows())

    def where(self, condition: pl.Expr) -> Lines:
        """The lines for which it holds, in the same order."""
        return Lines(self.frame.filter(condition))

    def of(self, clients: Collection[int]) -> Lines:
        """The lines of some clients."""
        return self.where(pl.col("client_id").is_in(list(clients)))

    def behind(self, client: str) -> int:
        """How many lines there are up to the one of a client, by its number as text; 0 when it is not there."""
        numbers = self.frame["client_id"].cast(pl.String)
        found = numbers.index_of(client)
        return 0 if found is None else found + 1


def _line(row: tuple[Any, ...]) -> Line:
    client_id, name, id_no, standing, proposed, because, seen, measured = row
    return Line(
        client_id=client_id,
        name=name,
        id_no=id_no,
        standing=Grade(standing) if standing else None,
        proposed=Grade(proposed) if proposed else None,
        because=because,
        seen=seen,
        measured=measured,
    )
