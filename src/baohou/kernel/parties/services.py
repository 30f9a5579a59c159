"""Writing down companies and persons."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.taking import insert_rows, update_rows
from baohou.kernel.parties.industries import UNKNOWN
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.pinyin import initials_of
from baohou.kernel.parties.queries import get_party_ids


def add_parties(*, names: Mapping[str, str], industries: Mapping[str, int] | None = None) -> dict[str, int]:
    """Add parties that are not known yet (name, and industry, by checked identity number); their rows."""
    known = industries or {}
    rows = [(id_no, name, initials_of(name), known.get(id_no, UNKNOWN)) for id_no, name in names.items()]
    insert_rows(model=Party, fields=("id_no", "name", "initials", "industry"), rows=rows)
    return get_party_ids(id_nos=names)


def rename_parties(*, names: Mapping[int, str]) -> None:
    """Give parties (by row) other names; the caller keeps the history."""
    rows = [(name, initials_of(name), party) for party, name in names.items()]
    update_rows(model=Party, fields=("name", "initials"), rows=rows)


def place_parties(*, industries: Mapping[int, int]) -> None:
    """Give parties (by row) other industries; the caller keeps the history."""
    rows = [(industry, party) for party, industry in industries.items()]
    update_rows(model=Party, fields=("industry",), rows=rows)


@transaction.atomic
def reveal(*, party: Party, because: str, actor: str, door: str) -> str:
    """The whole identity number of a party, with an act of who wanted it and why. Refused without a reason."""
    because = because.strip()
    if not because:
        raise Refused("parties.reveal.no_reason", "请写明为什么要看完整号码。", where="原因")
    facts = {"party": party.pk, "name": party.name, "id_no": mask(party.id_no)}
    record_act(verb="parties.reveal", door=door, by=actor, because=because, facts=facts)
    return party.id_no


def erase(*, parties: Collection[int]) -> None:
    """Take name and number of parties (by row) away for good; the caller says why, and nothing keeps what they were."""
    for pk in parties:
        name = f"已匿名客户{pk}"
        Party.objects.filter(pk=pk).update(id_no=f"X:ERASED-{pk}", name=name, initials=initials_of(name))
