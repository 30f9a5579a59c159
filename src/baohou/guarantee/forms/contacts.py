"""The form of whom to call about a client and which accounts repay; stored numbers stay masked in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.kernel.parties.calling import LONGEST_BANK, LONGEST_HOLDER, LONGEST_NAME, check_account, check_phone
from baohou.kernel.parties.contacts import AccountSaid, ContactSaid
from baohou.kernel.parties.models import Role
from baohou.kernel.parties.queries import Reached, stamp_of
from baohou.kernel.saying import in_words

NO_PHONE = "-"
"""What people write for a number that is to go."""
_ROW = re.compile(r"bank-([0-9]{1,2})")


@dataclass(frozen=True)
class ContactFields:
    """The two fields of a role."""

    label: str
    name: forms.BoundField
    phone: forms.BoundField


@dataclass(frozen=True)
class AccountFields:
    """The fields of an account; ``gone`` only of one that is stored."""

    bank: forms.BoundField
    account_no: forms.BoundField
    holder: forms.BoundField
    gone: forms.BoundField | None


class ContactsForm(forms.Form):
    """One person for each role, and the accounts that repay: a number that is left empty stays what it is."""

    def __init__(self, data: Mapping[str, Any] | None, *, reached: Reached, name: str) -> None:
        super().__init__(data, initial=_initial(reached))
        self.stored = reached
        self.people = {one.role: one for one in reached.contacts}
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False)
        for role in Role:
            there = self.people.get(role)
            self.fields[f"name-{role}"] = _text(_("姓名"), LONGEST_NAME)
            known = mask(there.phone) if there else ""
            self.fields[f"phone-{role}"] = CheckedField(check_phone, empty=NO_PHONE, **_number(_("电话"), known, "tel"))
        self.rows = range(_count(data, reached))
        for n in self.rows:
            there_no = mask(reached.accounts[n].account_no) if n < len(reached.accounts) else ""
            self.fields[f"bank-{n}"] = _text(_("开户行"), LONGEST_BANK)
            self.fields[f"account_no-{n}"] = CheckedField(check_account, **_number(_("账号"), there_no, "numeric"))
            self.fields[f"holder-{n}"] = _text(_("户名"), LONGEST_HOLDER, placeholder=name)
            if n < len(reached.accounts):
                box = forms.CheckboxInput(attrs={"class": "form-check-input"})
                self.fields[f"gone-{n}"] = forms.BooleanField(label=_("删除这个账户"), required=False, widget=box)

    @property
    def contacts(self) -> list[ContactFields]:
        return [ContactFields(gettext(role.label), self[f"name-{role}"], self[f"phone-{role}"]) for role in Role]

    @property
    def accounts(self) -> list[AccountFields]:
        return [
            AccountFields(
                self[f"bank-{n}"],
                self[f"account_no-{n}"],
                self[f"holder-{n}"],
                self[f"gone-{n}"] if f"gone-{n}" in self.fields else None,
            )
            for n in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for role in Role:
            name, phone = cleaned.get(f"name-{role}"), cleaned.get(f"phone-{role}")
            there = self.people.get(role)
            if phone and not name and f"name-{role}" not in self.errors:
                self.add_error(f"name-{role}", _("填了电话，请写姓名。"))
            if there and there.phone and name and name != there.name and phone == "":
                self.add_error(f"phone-{role}", _("换了姓名，请把电话也写上；电话没变就再写一次，没有就填 -。"))
        for n in self.rows:
            self._check_account(cleaned, n)
        return cleaned

    def _check_account(self, cleaned: dict[str, Any], n: int) -> None:
        said = {name: cleaned.get(f"{name}-{n}") for name in ("bank", "account_no", "holder")}
        stands = n < len(self.stored.accounts)
        if cleaned.get(f"gone-{n}") or not (stands or any(said.values())):
            return
        if not said["bank"] and f"bank-{n}" not in self.errors:
            self.add_error(
                f"bank-{n}", _("请写开户行；不要这个账户了就勾“删除这个账户”。") if stands else _("请写开户行。")
            )
        if not said["account_no"] and not stands and f"account_no-{n}" not in self.errors:
            self.add_error(f"account_no-{n}", _("请写账号。"))

    def facts(self) -> dict[str, Any]:
        """What was filled in; only after is_valid()."""
        cleaned = self.cleaned_data
        contacts = [
            ContactSaid(role.value, cleaned[f"name-{role}"], _kept(cleaned[f"phone-{role}"]))
            for role in Role
            if cleaned[f"name-{role}"]
        ]
        accounts = [
            AccountSaid(
                self.stored.accounts[n].pk if n < len(self.stored.accounts) else None,
                cleaned[f"bank-{n}"],
                cleaned[f"account_no-{n}"] or None,
                cleaned[f"holder-{n}"],
            )
            for n in self.rows
            if cleaned[f"bank-{n}"] and not cleaned.get(f"gone-{n}")
        ]
        return {"contacts": contacts, "accounts": accounts, "seen": cleaned["seen"]}


def _kept(phone: str) -> str | None:
    """What the verb is told of a number: nothing for one that stays, empty for one that goes."""
    return "" if phone == NO_PHONE else phone or None


def _initial(reached: Reached) -> dict[str, Any]:
    initial: dict[str, Any] = {"seen": stamp_of(reached)}
    initial |= {f"name-{one.role}": one.name for one in reached.contacts}
    for n, one in enumerate(reached.accounts):
        initial |= {f"bank-{n}": one.bank, f"holder-{n}": one.holder}
    return initial


def _count(data: Mapping[str, Any] | None, reached: Reached) -> int:
    """So many rows of accounts: those stored and one to spare, or those sent."""
    least = len(reached.accounts) + 1
    if data is None:
        return least
    return max((int(found[1]) + 1 for name in data if (found := _ROW.fullmatch(name))), default=least)


def _text(label: Any, longest: int, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class CheckedField(forms.CharField):
    """A number checked as it is typed in; one that is left empty stays, ``empty`` is what takes it away."""

    def __init__(self, check: Callable[[str], str], *, empty: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.check, self.empty = check, empty

    def clean(self, value: Any) -> str:
        said: str = super().clean(value)
        if said in ("", self.empty):
            return said
        try:
            return self.check(said)
        except Refused as wrong:
            raise ValidationError(in_words(wrong.message), code=wrong.code) from wrong


def _number(label: Any, known: str, mode: str) -> dict[str, Any]:
    """How a number is asked for; ``known`` is the stored one, masked."""
    hint = gettext("现为 %(number)s，不填不变") % {"number": known} if known else ""
    # A whole number stays nowhere in the browser, as it stays masked on the page.
    kept_out = {"autocomplete": "off", "data-unkept": ""}
    widget = forms.TextInput(attrs={"class": "form-control num", "inputmode": mode, **kept_out})
    return {"label": label, "help_text": hint, "required": False, "max_length": 64, "widget": widget}
