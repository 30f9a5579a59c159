"""Finding companies and persons, whom to call there, and which accounts repay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from baohou.kernel.audit.masking import keyed
from baohou.kernel.papers.taking import chunks
from baohou.kernel.parties.industries import UNKNOWN
from baohou.kernel.parties.models import Account, Contact, Party, Role

_MOST_NAMED: Final = 50


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


def find_named(words: str) -> tuple[int, ...]:
    """The rows of parties whose names begin with some words, fifty at most; of no words nobody."""
    named = Party.objects.filter(name__startswith=words).values_list("pk", flat=True)
    return tuple(named[:_MOST_NAMED]) if words else ()


def find_party(*, id_no: str) -> Party | None:
    """The party with this normalised identity number."""
    return Party.objects.filter(id_no=id_no).first()


class Reached(NamedTuple):
    """Whom to call about a client, in the order of the roles, and its accounts."""

    contacts: list[Contact]
    accounts: list[Account]


def get_reached(party: Party) -> Reached:
    """A client's contacts and accounts. Two queries."""
    order = list(Role.values)
    contacts = sorted(Contact.objects.filter(party=party), key=lambda one: order.index(one.role))
    return Reached(contacts, list(Account.objects.filter(party=party).order_by("pk")))


def stamp_of(reached: Reached) -> str:
    """What stands for contacts and accounts as they are; another one when anything has changed."""
    said = [(one.pk, one.role, one.name, one.phone) for one in reached.contacts]
    held = [(one.pk, one.bank, one.account_no, one.holder) for one in reached.accounts]
    return keyed(repr([said, held]), "contacts")[:16]


def get_called(*, parties: Iterable[int], roles: Iterable[Role]) -> dict[tuple[int, str], tuple[str, str]]:
    """Name and telephone number of the people with these roles to parties, by party and role."""
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for piece in chunks(sorted(set(parties))):
        rows = Contact.objects.filter(party__in=piece, role__in=list(roles))
        rows_said = rows.values_list("party_id", "role", "name", "phone")
        found.update(((party, role), (name, phone)) for party, role, name, phone in rows_said)
    return found


def get_banks(*, parties: Iterable[int]) -> dict[tuple[int, str], str]:
    """The bank of each account of parties, by party and account number."""
    found: dict[tuple[int, str], str] = {}
    for piece in chunks(sorted(set(parties))):
        rows = Account.objects.filter(party__in=piece).values_list("party_id", "account_no", "bank")
        found.update(((party, number), bank) for party, number, bank in rows)
    return found
