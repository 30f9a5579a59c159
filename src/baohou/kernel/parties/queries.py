"""Finding companies and persons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from baohou.kernel.papers.taking import chunks
from baohou.kernel.parties.industries import UNKNOWN
from baohou.kernel.parties.models import Party


class Known(NamedTuple):
    """A party's row, name and industry."""

    id: int
    name: str
    industry: int = UNKNOWN


def get_known(*, id_nos: Iterable[str]) -> dict[str, Known]:
    """Row, name and industry of each party by normalised identity number; unknown numbers are left out."""
    found: dict[str, Known] = {}
    for piece in chunks(sorted(set(id_nos))):
        rows = Party.objects.filter(id_no__in=piece).values_list("id_no", "id", "name", "industry")
        found.update((id_no, Known(number, name, industry)) for id_no, number, name, industry in rows)
    return found


def get_party_ids(*, id_nos: Iterable[str]) -> dict[str, int]:
    """The row of each party by identity number; unknown numbers are left out. The numbers are normalised."""
    return {id_no: known.id for id_no, known in get_known(id_nos=id_nos).items()}


def find_party(*, id_no: str) -> Party | None:
    """The party with this normalised identity number."""
    return Party.objects.filter(id_no=id_no).first()
