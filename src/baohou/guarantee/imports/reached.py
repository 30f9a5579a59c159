"""Whom to call about a client and which account repays, as the portfolio's rows say it beside the guarantee.

An empty cell says nothing here: what is known of a client is taken away on its page, never by a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from baohou.core.sayings import say
from baohou.kernel.audit.masking import hidden
from baohou.kernel.papers.reading import Column, read_text
from baohou.kernel.papers.taking import Compared, Noun
from baohou.kernel.parties.calling import LONGEST_BANK, LONGEST_NAME, read_account, read_phone
from baohou.kernel.parties.contacts import bring_contacts
from baohou.kernel.parties.models import Role
from baohou.kernel.parties.queries import get_banks, get_called


class Person(NamedTuple):
    """The columns of name and telephone number of whoever is something to a client."""

    role: Role
    name: Column
    phone: Column


def _name(code: str, header: str, *aliases: str) -> Column:
    return Column(code, header, read_text, required=False, max_length=LONGEST_NAME, aliases=aliases)


def _phone(code: str, header: str, *aliases: str) -> Column:
    return Column(code, header, read_phone, required=False, aliases=aliases)


PERSONS: Final = (
    Person(
        Role.CONTACT,
        _name("contact", "联系人", "联系人姓名"),
        _phone("phone", "联系电话", "联系人电话", "联系人手机", "手机号"),
    ),
    Person(
        Role.LEGAL,
        _name("legal", "法定代表人", "法定代表人姓名", "法人代表", "法人"),
        _phone("legal_phone", "法定代表人电话", "法定代表人手机", "法人代表电话", "法人电话"),
    ),
    Person(
        Role.CONTROLLER,
        _name("controller", "实际控制人", "实际控制人姓名", "实控人"),
        _phone("controller_phone", "实际控制人电话", "实际控制人手机", "实控人电话"),
    ),
    Person(
        Role.FINANCE,
        _name("finance", "财务负责人", "财务负责人姓名", "财务联系人"),
        _phone("finance_phone", "财务负责人电话", "财务负责人手机", "财务电话"),
    ),
)
COLUMNS: Final = (
    *(column for person in PERSONS for column in (person.name, person.phone)),
    Column("account_bank", "开户行", read_text, required=False, max_length=LONGEST_BANK, aliases=("还款账户开户行",)),
    Column("account_no", "还款账号", read_account, required=False, aliases=("还款账户账号", "账号", "银行账号")),
)
NONE: Final = "-"
"""The telephone number of a new person of whom the file says none: the number of the one before is not hers."""


def _covered(number: str) -> str:
    return "没有" if number == NONE else hidden(number)


COMPARED: Final = (
    *(
        compared
        for person in PERSONS
        for compared in (Compared(person.name.code, "", hidden), Compared(person.phone.code, "", _covered))
    ),
    Compared("account_bank", ""),
    Compared("account_no", "", hidden),
)
"""What of a row may differ from what is stored: masked wherever it is shown, with a tag that tells two apart."""
CODES: Final = frozenset(one.code for one in COMPARED)

Reached = dict[str, str]
"""What a row says, or what is stored, by column code; empty for nothing."""


def nothing() -> Reached:
    """A row that says nothing."""
    return dict.fromkeys((one.code for one in COMPARED), "")


class ReachedColumns:
    """The columns of one file, and what is stored of its clients, found in two queries for the whole file."""

    def __init__(self, noun: Noun) -> None:
        present = noun.reading.present
        self.noun = noun
        self.persons = [person for person in PERSONS if person.name.code in present]
        self.says_account = "account_no" in present
        for role, name, phone in PERSONS:
            if phone.code in present and name.code not in present:
                who = say(role.label)
                noun.notes.append(
                    say(
                        "有“%(header)s”列而没有“%(name)s”列：不知道%(who)s是谁，没有取电话",
                        header=phone.header,
                        name=name.header,
                        who=who,
                    )
                )
        if "account_bank" in present and not self.says_account:
            noun.notes.append(say("有“开户行”列而没有“还款账号”列：没有取开户行"))
        self._called: dict[tuple[int, str], tuple[str, str]] = {}
        self._banks: dict[tuple[int, str], str] = {}
        self._first: dict[tuple[str, str], tuple[str, str, int]] = {}

    def look_up(self, clients: Iterable[int]) -> None:
        """Find what is stored of known clients; nothing is asked for columns that the file does not have."""
        wanted, roles = list(clients), [person.role for person in self.persons]
        self._called = get_called(parties=wanted, roles=roles) if roles else {}
        self._banks = get_banks(parties=wanted) if self.says_account else {}

    def read(self, number: int, values: Mapping[str, Any], client: int | None) -> Reached:
        """What a row says of a client (None: a new one); what makes no sense becomes a fault."""
        said = nothing()
        for person in self.persons:
            said[person.name.code], said[person.phone.code] = self._person(person, number, values, client)
        if self.says_account:
            said["account_bank"], said["account_no"] = self._account(number, values, client)
        return said

    def _person(self, person: Person, number: int, values: Mapping[str, Any], client: int | None) -> tuple[str, str]:
        who = say(person.role.label)
        name, phone = values[person.name.code] or "", values[person.phone.code] or ""
        if not name:
            if phone:
                self.noun.fault(
                    number,
                    person.name.code,
                    "",
                    say("填了%(header)s，请写%(who)s是谁", header=person.phone.header, who=who),
                )
            return "", ""
        key = values["client_id_no"], person.role
        first_name, first_phone, first = self._first.setdefault(key, (name, phone, number))
        if (first_name, first_phone) != (name, phone):
            code = person.name.code if first_name != name else person.phone.code
            said = say("与第 %(first)s 行的证件号码相同而%(who)s或电话不同；一户只记一位%(who)s", first=first, who=who)
            self.noun.fault(number, code, values[code], said)
        stored = self._called.get((client or 0, person.role))
        if not phone and stored and stored[0] != name:
            phone = NONE
        return name, phone

    def _account(self, number: int, values: Mapping[str, Any], client: int | None) -> tuple[str, str]:
        bank, account_no = values["account_bank"] or "", values["account_no"] or ""
        if bank and not account_no:
            self.noun.fault(number, "account_no", "", say("填了开户行，请写还款账号；没有就都不填"))
        if account_no and not bank:
            bank = self._banks.get((client or 0, account_no), "")
            if not bank:
                self.noun.fault(number, "account_bank", "", say("填了还款账号，请写开户行"))
        return bank, account_no

    def stored(self, client: int | None, account_no: str) -> Reached:
        """What is stored: each person, and the account under a number, if there is one."""
        known = nothing()
        for role, name, phone in self.persons:
            known[name.code], known[phone.code] = self._called.get((client or 0, role), ("", ""))
        bank = self._banks.get((client or 0, account_no), "")
        return {**known, "account_bank": bank, "account_no": account_no if bank else ""}

    def beside(self, client: int, said: Mapping[str, str]) -> Iterator[tuple[str, Any, Any]]:
        """What a row of a new guarantee would change of a known client: column code, before, after, masked."""
        before = self.stored(client, said["account_no"])
        for one in COMPARED:
            was, now = before[one.code], said[one.code]
            if now and was != now:
                yield one.code, one.show(was), one.show(now)

    def bring(self, said: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Write what rows say of clients (by row), where it is not what is stored."""
        people: set[tuple[int, str, str, str]] = set()
        accounts: set[tuple[int, str, str]] = set()
        for client, one in said:
            for role, name, phone in self.persons:
                if one[name.code]:
                    number = self._number_of(client, role, one[name.code], one[phone.code])
                    people.add((client, role.value, one[name.code], number))
            if one["account_bank"]:
                accounts.add((client, one["account_bank"], one["account_no"]))
        bring_contacts(
            people=sorted(one for one in people if self._called.get(one[:2]) != one[2:]),
            accounts=sorted(one for one in accounts if self._banks.get((one[0], one[2])) != one[1]),
        )

    def _number_of(self, client: int, role: Role, name: str, phone: str) -> str:
        """The number to keep: the row's, else the one that is stored of the same person."""
        if phone == NONE:
            return ""
        known, number = self._called.get((client, role), ("", ""))
        return phone or (number if known == name else "")
