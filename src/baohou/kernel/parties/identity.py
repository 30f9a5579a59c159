"""Identity numbers: made uniform, then checked; what isn't Chinese passes with the prefix X:."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.papers.reading import Cell, Unreadable, read_code

OTHER = "X:"
"""The prefix of an identity that is neither a Chinese firm's nor a Chinese person's; what follows is free."""

LENGTH = 18
LONGEST = 64

_CODES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
PROVINCES = frozenset(_CODES.split())
"""Codes of provinces (GB/T 2260; 83 is for residents from Taiwan)."""

_PERSON = re.compile(r"[1-8][0-9]{16}[0-9X]")


class WrongIdentity(Refused):
    """An identity number that can't be right."""

    def __init__(self, id_no: str, message: str) -> None:
        super().__init__("parties.identity.wrong", message, where=id_no)


def normalise(text: str) -> str:
    """The number in half-width capitals without blanks; the hyphens of a firm's or person's number go too."""
    bare = re.sub(r"\s", "", read_code(text)).upper()
    return bare if bare.startswith(OTHER) else re.sub(r"[-–—]", "", bare)


@lru_cache(maxsize=8192)
def check(text: str) -> str:
    """The normalised number, if it is a Chinese firm's (统一社会信用代码) or person's (居民身份证) or has X: before it.

    WrongIdentity says what is wrong with any other.
    """
    id_no = normalise(text)
    if id_no.startswith(OTHER):
        if id_no == OTHER:
            raise WrongIdentity(id_no, say("X: 后面没有号码"))
        if len(id_no) > LONGEST:
            raise WrongIdentity(id_no, say("太长：最多 %(longest)s 个字", longest=LONGEST))
        return id_no
    if len(id_no) != LENGTH:
        raise WrongIdentity(id_no, _of_length(len(id_no)))
    wrong = _wrong_with_person(id_no) if _PERSON.fullmatch(id_no) else _wrong_with_firm(id_no)
    if wrong and not uscc.is_valid(id_no):
        raise WrongIdentity(id_no, wrong)
    return id_no


def _of_length(length: int) -> str:
    other = say("其他证件请在号码前加 X:，如 X:P1234567")
    if length == 15:
        return say("是 15 位的旧证件号；请填 18 位的统一社会信用代码或身份证号，%(other)s", other=other)
    return say("证件号码应为 18 位，现有 %(length)s 位；%(other)s", length=length, other=other)


def is_person(id_no: str) -> bool:
    """Whether a checked number is a citizen's, and so personal; firms' numbers are public."""
    return _PERSON.fullmatch(id_no) is not None and not uscc.is_valid(id_no)


def _wrong_with_person(id_no: str) -> str:
    """What is wrong with a person's number, or nothing. The county is not looked up: it need not have existed by that
    name when its people were born."""
    if ric.calc_check_digit(id_no) != id_no[-1]:
        return say("身份证号的校验位不对，至少有一位录错了；请对照原件")
    try:
        ric.get_birth_date(id_no)
    except InvalidComponent:
        return say("身份证号里的出生日期不存在；请对照原件")
    return "" if id_no[:2] in PROVINCES else say("身份证号开头的省份代码不存在；请对照原件")


def _wrong_with_firm(id_no: str) -> str:
    """What is wrong with a firm's number, or nothing."""
    try:
        uscc.validate(id_no)
    except InvalidChecksum:
        return say("统一社会信用代码的校验位不对，至少有一位录错了；请对照原件")
    except (InvalidFormat, InvalidLength):
        return say("有统一社会信用代码和身份证号都不用的字符；请对照原件，其他证件请在号码前加 X:")
    return ""


def read_identity(cell: Cell) -> str:
    """The checked number that a cell holds; Unreadable when it can't be right or was stored as a number."""
    try:
        return check(read_code(cell))
    except WrongIdentity as wrong:
        raise Unreadable(wrong.message) from wrong
