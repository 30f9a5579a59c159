"""Writing down companies and persons."""

from __future__ import annotations

from collections.abc import Mapping

from baohou.kernel.papers.taking import insert_rows, update_rows
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.pinyin import initials_of
from baohou.kernel.parties.queries import get_party_ids


def add_parties(*, names: Mapping[str, str]) -> dict[str, int]:
    """Add parties that are not known yet (name by checked identity number); their rows."""
    rows = [(id_no, name, initials_of(name)) for id_no, name in names.items()]
    insert_rows(model=Party, fields=("id_no", "name", "initials"), rows=rows)
    return get_party_ids(id_nos=names)


def rename_parties(*, names: Mapping[int, str]) -> None:
    """Give parties (by row) other names; the caller keeps the history."""
    rows = [(name, initials_of(name), party) for party, name in names.items()]
    update_rows(model=Party, fields=("name", "initials"), rows=rows)
