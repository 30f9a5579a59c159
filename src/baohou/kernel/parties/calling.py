"""Telephone and account numbers: made uniform, then checked for what can't be one."""

from __future__ import annotations

import re
from typing import Final

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.papers.reading import Cell, Unreadable, read_code

LONGEST_NAME: Final = 64
LONGEST_BANK: Final = 128
LONGEST_HOLDER: Final = 128
LONGEST_PHONE: Final = 32
SHORTEST_ACCOUNT: Final = 8
LONGEST_ACCOUNT: Final = 32

_EXTENSION: Final = re.compile(r"(?:转|分机|EXT\.?|X|#)[:.]?", re.IGNORECASE)
_HOME: Final = re.compile(r"^(?:\+|00)86")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SERVICE: Final = re.compile(r"(?:400|800)[0-9]{7}")
_LANDLINE: Final = re.compile(r"(0(?:10|2[0-9])|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_ABROAD: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class WrongNumber(Refused):
    """A telephone or account number that can't be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, where="account_no" if "account" in code else "phone")


def check_phone(text: str) -> str:
    """The number written one way: 13857112233, 0571-87654321, 0571-87654321-803, 4008001234, +85223456789.

    WrongNumber says what is wrong with any other. Whether somebody answers it, nobody checks.
    """
    bare = re.sub(r"[\s()./]", "", _half("parties.phone.wrong", text))
    bare = re.sub(r"[–—－_]", "-", bare)
    bare = _HOME.sub("", _EXTENSION.sub("-", bare)).lstrip("-")
    digits = bare.replace("-", "")
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits) or _ABROAD.fullmatch(digits):
        return digits
    landline = _landline(bare)
    if landline:
        return landline
    raise WrongNumber("parties.phone.wrong", _wrong_with_phone(digits))


def _landline(bare: str) -> str:
    """A landline number as area-number or area-number-extension; empty when it is none."""
    for end in (len(bare), bare.rfind("-")):
        number, extension = bare[: max(end, 0)].replace("-", ""), bare[max(end, 0) :].lstrip("-")
        # A number typed as an area abroad has lost its zero: 86 571 8765 4321.
        found = _LANDLINE.fullmatch(number) or _LANDLINE.fullmatch(f"0{number}")
        if found and re.fullmatch(r"[0-9]{0,6}", extension) and (extension or end == len(bare)):
            return "-".join(part for part in (found[1], found[2], extension) if part)
    return ""


def dialled(phone: str) -> str:
    """A checked number as a telephone dials it (RFC 3966), the extension after a pause."""
    number, _, extension = phone.rpartition("-") if phone.count("-") > 1 else (phone, "", "")
    return f"tel:{number.replace('-', '')}{',' if extension else ''}{extension}"


def _wrong_with_phone(digits: str) -> str:
    if not digits.lstrip("+").isdigit():
        return say(
            "不是电话号码；写作 13857112233、0571-87654321 或 0571-87654321-803（803 是分机），"
            "境外号码以 + 和国家或地区代码开头，如 +85223456789"
        )
    if digits.startswith("1"):
        return say("手机号应为 11 位、以 13 至 19 开头；请核对")
    if len(digits) in (7, 8):
        return say("座机请写上区号，如 0571-87654321")
    return say("号码不完整或多了位数；座机写作 0571-87654321，境外号码以 + 和国家或地区代码开头，如 +85223456789")


def check_account(text: str) -> str:
    """The account number without blanks and hyphens: 8 to 32 digits. WrongNumber says what is wrong with any other.

    Accounts of firms have no check digit that all banks share; so there is none to check.
    """
    bare = re.sub(r"[\s\-–—]", "", _half("parties.account.wrong", text))
    if not re.fullmatch(r"[0-9]+", bare):
        raise WrongNumber("parties.account.wrong", say("账号只能有数字，空格可以不去掉；请对照开户许可证或银行卡"))
    if not SHORTEST_ACCOUNT <= len(bare) <= LONGEST_ACCOUNT:
        raise WrongNumber("parties.account.wrong", say("账号应为 8 至 32 位数字；请对照开户许可证或银行卡"))
    return bare


def _half(code: str, text: str) -> str:
    try:
        return read_code(text)
    except Unreadable as wrong:
        raise WrongNumber(code, say("被当成了数字或日期，位数可能已经丢失；请按原件重新填写")) from wrong


def read_phone(cell: Cell) -> str:
    """The checked telephone number that a cell holds."""
    try:
        return check_phone(read_code(cell))
    except WrongNumber as wrong:
        raise Unreadable(wrong.message) from wrong


def read_account(cell: Cell) -> str:
    """The checked account number that a cell holds; Unreadable also when it was stored as a number and lost digits."""
    try:
        return check_account(read_code(cell))
    except WrongNumber as wrong:
        raise Unreadable(wrong.message) from wrong
