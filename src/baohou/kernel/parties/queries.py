"""Finding companies and persons."""

from __future__ import annotations

from collections.abc import Iterable

from baohou.kernel.papers.taking import chunks
from baohou.kernel.parties.models import Party


def get_party_ids(*, id_nos: Iterable[str]) -> dict[str, int]:
    """The row of each party by identity number; unknown numbers are left out. The numbers are normalised."""
    found: dict[str, int] = {}
    for piece in chunks(sorted(set(id_nos))):
        found.update(Party.objects.filter(id_no__in=piece).values_list("id_no", "id"))
    return found


def find_party(*, id_no: str) -> Party | None:
    """The party with this normalised identity number."""
    return Party.objects.filter(id_no=id_no).first()
