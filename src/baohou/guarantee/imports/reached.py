"""Whom to call about a client and which account repays, as the portfolio's rows say it beside the guarantee.

An empty cell says nothing here: what is known of a client is taken away on its page, never by a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from baohou.kernel.audit.masking import hidden
from baohou.kernel.papers.reading import Column, read_text
from baohou.kernel.papers.taking import Compared, Noun
from baohou.kernel.parties.calling import LONGEST_BANK, LONGEST_NAME, read_account, read_phone
from baohou.kernel.parties.contacts import bring_contacts
from baohou.kernel.parties.queries import get_banks, get_called

COLUMNS: Final = (
    Column("contact", "联系人", read_text, required=False, max_length=LONGEST_NAME, aliases=("联系人姓名",)),
    Column("phone", "联系电话", read_phone, required=False, aliases=("联系人电话", "联系人手机", "手机号")),
    Column("account_bank", "开户行", read_text, required=False, max_length=LONGEST_BANK, aliases=("还款账户开户行",)),
    Column("account_no", "还款账号", read_account, required=False, aliases=("还款账户账号", "账号", "银行账号")),
)
NONE: Final = "-"
"""The telephone number of a new contact of whom the file says none: the number of the one before is not hers."""


def _covered(number: str) -> str:
    return "没有" if number == NONE else hidden(number)


COMPARED: Final = (
    Compared("contact", "", hidden),
    Compared("phone", "", _covered),
    Compared("account_bank", ""),
    Compared("account_no", "", hidden),
)
"""What of a row may differ from what is stored: masked wherever it is shown, with a tag that tells two apart."""


class Reached(NamedTuple):
    """What a row says; empty for nothing."""

    contact: str = ""
    phone: str = ""
    bank: str = ""
    account_no: str = ""


NOTHING: Final = Reached()


class ReachedColumns:
    """The four columns of one file, and what is stored of its clients, found in two queries for the whole file."""

    def __init__(self, noun: Noun) -> None:
        present = noun.reading.present
        self.noun = noun
        self.says_contact, self.says_account = "contact" in present, "account_no" in present
        if "phone" in present and not self.says_contact:
            noun.notes.append("有“联系电话”列而没有“联系人”列：不知道是谁的，没有取电话")
        if "account_bank" in present and not self.says_account:
            noun.notes.append("有“开户行”列而没有“还款账号”列：没有取开户行")
        self._called: dict[int, tuple[str, str]] = {}
        self._banks: dict[tuple[int, str], str] = {}
        self._first: dict[str, tuple[str, str, int]] = {}

    def look_up(self, clients: Iterable[int]) -> None:
        """Find what is stored of known clients; nothing is asked for columns that the file does not have."""
        wanted = list(clients)
        self._called = get_called(parties=wanted) if self.says_contact else {}
        self._banks = get_banks(parties=wanted) if self.says_account else {}

    def read(self, number: int, values: Mapping[str, Any], client: int | None) -> Reached:
        """What a row says of a client (None: a new one); what makes no sense becomes a fault."""
        contact, phone = self._person(number, values, client) if self.says_contact else ("", "")
        bank, account_no = self._account(number, values, client) if self.says_account else ("", "")
        return Reached(contact, phone, bank, account_no)

    def _person(self, number: int, values: Mapping[str, Any], client: int | None) -> tuple[str, str]:
        name, phone = values["contact"] or "", values["phone"] or ""
        if not name:
            if phone:
                self.noun.fault(number, "contact", "", "填了联系电话，请写联系人是谁")
            return "", ""
        first_name, first_phone, first = self._first.setdefault(values["client_id_no"], (name, phone, number))
        if (first_name, first_phone) != (name, phone):
            code = "contact" if first_name != name else "phone"
            self.noun.fault(
                number, code, values[code], f"与第 {first} 行的证件号码相同而联系人或电话不同；一户只记一位联系人"
            )
        if not phone and client in self._called and self._called[client][0] != name:
            phone = NONE
        return name, phone

    def _account(self, number: int, values: Mapping[str, Any], client: int | None) -> tuple[str, str]:
        bank, account_no = values["account_bank"] or "", values["account_no"] or ""
        if bank and not account_no:
            self.noun.fault(number, "account_no", "", "填了开户行，请写还款账号；没有就都不填")
        if account_no and not bank:
            bank = self._banks.get((client or 0, account_no), "")
            if not bank:
                self.noun.fault(number, "account_bank", "", "填了还款账号，请写开户行")
        return bank, account_no

    def stored(self, client: int | None, account_no: str) -> Reached:
        """What is stored: the contact, and the account under a number, if there is one."""
        name, phone = self._called.get(client or 0, ("", ""))
        bank = self._banks.get((client or 0, account_no), "")
        return Reached(name, phone, bank, account_no if bank else "")

    def beside(self, client: int, said: Reached) -> Iterator[tuple[str, Any, Any]]:
        """What a row of a new guarantee would change of a known client: column code, before, after, masked."""
        before = self.stored(client, said.account_no)
        for one, was, now in zip(COMPARED, before, said, strict=True):
            if now and was != now:
                yield one.code, one.show(was), one.show(now)

    def bring(self, said: Mapping[int, list[Reached]]) -> None:
        """Write what rows say of clients (by row), where it is not what is stored."""
        people = {
            (client, one.contact, "" if one.phone == NONE else one.phone or self._phone_of(client, one.contact))
            for client, rows in said.items()
            for one in rows
            if one.contact
        }
        accounts = {(client, one.bank, one.account_no) for client, rows in said.items() for one in rows if one.bank}
        bring_contacts(
            people=sorted(one for one in people if self._called.get(one[0]) != one[1:]),
            accounts=sorted(one for one in accounts if self._banks.get((one[0], one[2])) != one[1]),
        )

    def _phone_of(self, client: int, name: str) -> str:
        known, phone = self._called.get(client, ("", ""))
        return phone if known == name else ""
