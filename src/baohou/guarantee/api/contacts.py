"""Whom to call about a client and which accounts repay."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from baohou.core.masking import mask
from baohou.guarantee.views.guards import client_for
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import In, Number, Out, Pk, Word
from baohou.kernel.parties.contacts import MOST_ACCOUNTS, AccountSaid, ContactSaid, keep_contacts, reveal_contacts
from baohou.kernel.parties.models import Party, Role
from baohou.kernel.parties.queries import Reached, get_reached, stamp_of
from baohou.kernel.people.access import Right

room = Room("客户")
RoleCode = Literal["legal", "controller", "contact", "finance"]


class ContactOut(Out):
    """Somebody to call; ``phone`` with its middle hidden, empty when unknown."""

    role: RoleCode
    name: str
    phone: str


class AccountOut(Out):
    """An account that repays; ``account_no`` with its middle hidden, ``holder`` the client's name unless another."""

    id: int
    bank: str
    account_no: str
    holder: str


class ContactsOut(Out):
    """Everyone to call and all accounts; ``seen`` stands for them as they are and goes back with a change."""

    contacts: list[ContactOut]
    accounts: list[AccountOut]
    seen: str


class ContactIn(In):
    """Somebody to call; ``phone`` null keeps the stored number of the same person, empty takes it away."""

    role: RoleCode
    name: Word
    phone: Word | None = None


class AccountIn(In):
    """An account; ``id`` names a stored one, of which ``account_no`` null keeps the number."""

    id: Number | None = None
    bank: Word
    account_no: Word | None = None
    holder: Word = ""


class ContactsIn(In):
    """All contacts, at most one of each role, and all accounts; whoever is left out goes."""

    contacts: Annotated[list[ContactIn], Field(max_length=len(Role))]
    accounts: Annotated[list[AccountIn], Field(max_length=MOST_ACCOUNTS)]
    seen: Word


class WholeIn(In):
    """What is wanted whole, and why; it is written down."""

    what: Literal["phones", "accounts"]
    because: Word


class WholeOut(Out):
    """Telephone numbers or account numbers whole; what was not asked for is left out."""

    contacts: list[ContactOut]
    accounts: list[AccountOut]


@room.reads("/clients/{client}/contacts", ContactsOut)
def one(request: Call, client: Pk) -> ContactsOut:
    """客户的联系人和还款账户，电话、账号遮盖。"""
    return _masked(client_for(request, client))


@room.writes("/clients/{client}/contacts", ContactsOut, right=Right.KEEP_CONTACTS, method="PUT")
def keep(request: Call, client: Pk, body: ContactsIn) -> ContactsOut:
    """改联系人和还款账户：列出的就是全部；seen 不是现在的，说明别人刚改过，什么也不改。"""
    party = client_for(request, client)
    keep_contacts(
        party=party,
        contacts=[ContactSaid(one.role, one.name, one.phone) for one in body.contacts],
        accounts=[AccountSaid(one.id, one.bank, one.account_no, one.holder) for one in body.accounts],
        seen=body.seen,
        actor=request.person.actor,
        door=DOOR,
    )
    return _masked(party)


@room.writes("/clients/{client}/contacts/whole", WholeOut, right=Right.KEEP_CONTACTS, secret=True)
def whole(request: Call, client: Pk, body: WholeIn) -> WholeOut:
    """看完整的电话或账号；谁、为什么看，都记下。"""
    party, actor = client_for(request, client), request.person.actor
    shown = reveal_contacts(party=party, what=body.what, because=body.because, actor=actor, door=DOOR)
    return WholeOut(contacts=_contacts(shown, whole=True), accounts=_accounts(shown, party, whole=True))


def _masked(party: Party) -> ContactsOut:
    reached = get_reached(party)
    return ContactsOut(
        contacts=_contacts(reached, whole=False),
        accounts=_accounts(reached, party, whole=False),
        seen=stamp_of(reached),
    )


def _contacts(reached: Reached, *, whole: bool) -> list[ContactOut]:
    return [
        ContactOut(
            role=one.role,  # type: ignore[arg-type]
            name=one.name,
            phone=one.phone if whole else mask(one.phone),
        )
        for one in reached.contacts
    ]


def _accounts(reached: Reached, party: Party, *, whole: bool) -> list[AccountOut]:
    return [
        AccountOut(
            id=one.pk,
            bank=one.bank,
            account_no=one.account_no if whole else mask(one.account_no),
            holder=one.holder or party.name,
        )
        for one in reached.accounts
    ]
