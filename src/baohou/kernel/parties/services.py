"""Writing down companies and persons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.kernel.audit.services import concern, record_act
from baohou.kernel.papers.taking import insert_rows, update_rows
from baohou.kernel.parties.industries import UNKNOWN
from baohou.kernel.parties.models import Account, Contact, Party
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
    note_shown(party, verb="parties.reveal", because=because, actor=actor, door=door, id_no=mask(party.id_no))
    return party.id_no


def note_shown(party: Party, *, verb: str, because: str, actor: str, door: str, **shown: Any) -> None:
    """Write down that somebody saw personal data of a party whole; ``shown`` says masked what.

    Refused without a reason. Inside the transaction of the one who calls.
    """
    because = because.strip()
    if not because:
        raise Refused("parties.reveal.no_reason", "请写明为什么要看完整号码。", where="原因")
    facts = {"party": party.pk, "name": party.name, **shown}
    act = record_act(verb=verb, door=door, by=actor, because=because, facts=facts)
    concern(act, client=party.pk)


def erase(*, parties: Collection[int]) -> None:
    """Take name, number, contacts and accounts of parties (by row) away for good; the caller says why.

    Nothing keeps what they were.
    """
    forget_contacts(parties=parties)
    for pk in parties:
        name = f"已匿名客户{pk}"
        Party.objects.filter(pk=pk).update(id_no=f"X:ERASED-{pk}", name=name, initials=initials_of(name))


def forget_contacts(*, parties: Collection[int]) -> None:
    """Take away whom to call and which accounts repay, of parties (by row); the caller says why."""
    Contact.objects.filter(party__in=parties).delete()
    Account.objects.filter(party__in=parties).delete()
