"""Keeping whom to call about a client and which accounts repay, and showing them whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from typing import Final, Literal, NamedTuple

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.core.sayings import say
from baohou.kernel.audit.capture import add_rows, set_rows
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.taking import chunks
from baohou.kernel.parties.calling import LONGEST_BANK, LONGEST_HOLDER, LONGEST_NAME, check_account, check_phone
from baohou.kernel.parties.models import Account, Contact, Party, Role
from baohou.kernel.parties.queries import Reached, get_reached, stamp_of
from baohou.kernel.parties.services import note_shown

MOST_ACCOUNTS: Final = 10

What = Literal["phones", "accounts"]
"""What is shown whole: the telephone numbers, or the accounts."""


class ContactSaid(NamedTuple):
    """Somebody to call; ``phone`` None keeps the number that is stored of the same person, empty takes it away."""

    role: str
    name: str
    phone: str | None


class AccountSaid(NamedTuple):
    """An account; ``number`` is the row it stands in (None: a new one), ``account_no`` None keeps what is there."""

    number: int | None
    bank: str
    account_no: str | None
    holder: str = ""


@transaction.atomic
def keep_contacts(
    *,
    party: Party,
    contacts: Sequence[ContactSaid],
    accounts: Sequence[AccountSaid],
    seen: str,
    actor: str,
    door: str,
) -> bool:
    """Let a client have these contacts and accounts and no others; whether that changed anything.

    ``seen`` is the stamp of what the writer saw. Refused when somebody has changed it since, and for numbers that can't
    be right.
    """
    Party.objects.select_for_update().get(pk=party.pk)
    stored = get_reached(party)
    if seen != stamp_of(stored):
        raise Refused("parties.contacts.changed", "有人刚改过这户的联系人或还款账户，请看过现在的内容再改。")
    people, going = _people(party, stored, contacts)
    kept, leaving = _accounts(party, stored, accounts)
    wanted: list[Contact | Account] = [*people, *kept]
    changed = [row for row in wanted if not _stands(row, stored)]
    if not changed and not going and not leaving:
        return False
    record_act(verb="parties.contacts", door=door, by=actor, facts={"party": party.pk, "name": party.name})
    for gone in (*going, *leaving):
        gone.delete()
    for row in changed:
        row.save()
    return True


def _people(party: Party, stored: Reached, said: Sequence[ContactSaid]) -> tuple[list[Contact], list[Contact]]:
    """The contacts as they are to be, and those that go."""
    there = {one.role: one for one in stored.contacts}
    if len({one.role for one in said}) < len(said):
        raise Refused("parties.contacts.twice", "每种身份只记一个人。", where="role")
    rows = []
    for role, name, phone in said:
        label, before = Role(role).label, there.get(role)
        if not name.strip():
            raise Refused("parties.contacts.no_name", "%(role)s：请写姓名。", where="name", role=say(label))
        _at_most(name, LONGEST_NAME, label)
        if phone is None and before and before.phone and before.name != name.strip():
            raise Refused(
                "parties.contacts.other_person",
                "%(role)s换了姓名，请把电话也写上；电话没变就再写一次。",
                where="phone",
                role=say(label),
            )
        number = (before.phone if before else "") if phone is None else phone and _phone(phone, label)
        row = copy(before) if before else Contact(party=party, role=role)
        row.name, row.phone = name.strip(), number
        rows.append(row)
    kept = {row.role for row in rows}
    return rows, [one for one in stored.contacts if one.role not in kept]


def _accounts(party: Party, stored: Reached, said: Sequence[AccountSaid]) -> tuple[list[Account], list[Account]]:
    """The accounts as they are to be, and those that go."""
    there = {one.pk: one for one in stored.accounts}
    if len(said) > MOST_ACCOUNTS:
        raise Refused("parties.accounts.many", "一户最多记 10 个还款账户。", where="account_no")
    rows = []
    for number, bank, account_no, holder in said:
        if number is not None and number not in there:
            raise Refused("parties.accounts.unknown", "没有这个还款账户，可能刚被删掉；请重新打开。", where="id")
        if not bank.strip():
            raise Refused("parties.accounts.no_bank", "还款账户：请写开户行。", where="bank")
        _at_most(bank, LONGEST_BANK, "开户行")
        _at_most(holder, LONGEST_HOLDER, "户名")
        before = there[number] if number is not None else None
        if account_no is None and before is None:
            raise Refused("parties.accounts.no_number", "还款账户：请写账号。", where="account_no")
        checked = before.account_no if account_no is None and before else check_account(account_no or "")
        row = copy(before) if before and before.account_no == checked else Account(party=party, account_no=checked)
        row.bank, row.holder = bank.strip(), "" if holder.strip() == party.name else holder.strip()
        rows.append(row)
    if any(times > 1 for times in Counter(row.account_no for row in rows).values()):
        raise Refused("parties.accounts.twice", "同一个账号填了两次。", where="account_no")
    kept = {row.pk for row in rows}
    return rows, [one for one in stored.accounts if one.pk not in kept]


def _phone(text: str, label: str) -> str:
    try:
        return check_phone(text)
    except Refused as wrong:
        raise Refused(
            wrong.code, "%(role)s的电话：%(wrong)s", where="phone", role=say(label), wrong=wrong.message
        ) from wrong


def _at_most(text: str, longest: int, label: str) -> None:
    if len(text.strip()) > longest:
        raise Refused(
            "parties.contacts.long", "%(label)s太长，最多 %(longest)s 个字。", label=say(label), longest=longest
        )


def _stands(row: Contact | Account, stored: Reached) -> bool:
    names = [one.attname for one in row._meta.concrete_fields]
    there: Iterable[Contact | Account] = (*stored.contacts, *stored.accounts)
    same = (one for one in there if type(one) is type(row) and one.pk == row.pk)
    return any(all(getattr(one, name) == getattr(row, name) for name in names) for one in same)


@transaction.atomic
def reveal_contacts(*, party: Party, what: What, because: str, actor: str, door: str) -> Reached:
    """The contacts or the accounts of a client whole, with an act of who wanted them and why. Refused without a reason.

    What was not asked for is not in the answer.
    """
    known = get_reached(party)
    shown = Reached(known.contacts, []) if what == "phones" else Reached([], known.accounts)
    numbers = [mask(one.phone) for one in shown.contacts if one.phone]
    numbers += [mask(one.account_no) for one in shown.accounts]
    note_shown(party, verb="parties.reveal_contacts", because=because, actor=actor, door=door, shown=numbers)
    return shown


def bring_contacts(
    *, people: Collection[tuple[int, str, str, str]], accounts: Collection[tuple[int, str, str]]
) -> None:
    """What a file says: people to call (party, role, name, phone) and accounts (party, bank, number), by row.

    Within the act of the import. Somebody replaces whoever has the same role, an account joins those that are there.
    """
    persons = {
        (party, role): Contact(party_id=party, role=role, name=name, phone=phone) for party, role, name, phone in people
    }
    for piece in chunks(sorted({party for party, _ in persons})):
        for stored in Contact.objects.filter(party__in=piece):
            if one := persons.get((stored.party_id, stored.role)):
                one.pk = stored.pk
    paying = {(party, no): Account(party_id=party, bank=bank, account_no=no) for party, bank, no in accounts}
    for piece in chunks(sorted({party for party, _ in paying})):
        for kept in Account.objects.filter(party__in=piece):
            if row := paying.get((kept.party_id, kept.account_no)):
                row.pk, row.holder = kept.pk, kept.holder
    add_rows(Contact, [one for one in persons.values() if one.pk is None])
    set_rows(Contact, [one for one in persons.values() if one.pk is not None], ("name", "phone"))
    add_rows(Account, [one for one in paying.values() if one.pk is None])
    set_rows(Account, [one for one in paying.values() if one.pk is not None], ("bank",))
