"""The columns that a table may have, and how their headers are recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from baohou.kernel.papers.reading.cells import Reader, half_width

_UNIT = re.compile(r"\(([^()]*)\)$")


@dataclass(frozen=True)
class Column:
    """One column: its English code, its Chinese header, and how its cells are read.

    ``required`` means that every row has a value; a column that is not required may be missing altogether.
    ``units`` are other readers for headers that name a unit, as in 担保金额（万元）.
    """

    code: str
    header: str
    read: Reader
    required: bool = True
    aliases: tuple[str, ...] = ()
    units: Mapping[str, Reader] = field(default_factory=dict)
    max_length: int | None = None

    def reader_for(self, header: str) -> Reader | None:
        """How to read the cells under a header; None when the header is not this column's."""
        name, unit = _split(header)
        if name not in {plain(self.code), plain(self.header), *map(plain, self.aliases)}:
            return None
        if not self.units or not unit:
            return self.read
        return self.units.get(unit)


def plain(header: str) -> str:
    """A header without blanks, case, underscores and marks, so that small differences of writing don't count."""
    return re.sub(r"[\s_\-*#:.]", "", half_width(header)).lower()


def _split(header: str) -> tuple[str, str]:
    """The plain name and the unit in brackets at its end."""
    whole = plain(header)
    unit = _UNIT.search(whole)
    return (whole[: unit.start()], unit[1]) if unit else (whole, "")
