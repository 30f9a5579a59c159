"""Dates, amounts of money, currencies and quarters, as people write them in cells."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from baohou.core.errors import Refused
from baohou.core.money import NotAnAmount, to_fen
from baohou.core.period import Quarter
from baohou.core.sayings import say
from baohou.kernel.papers.reading.cells import Cell, Unreadable, half_width, show

EXCEL_DAY_0 = date(1899, 12, 30)
FIRST, LAST = date(1950, 1, 1), date(2199, 12, 31)
MOST_FEN = 10**17

_DATE = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})日?([T ]+[0-9:.]+)?")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5}|10[0-9]{4})(\.[0-9]+)?")
_DATE_FORMS = say("请写成 2026-09-30、2026/9/30、2026年9月30日 或 20260930")
_AMOUNT = re.compile(r"(?:¥|￥|人民币|CNY|RMB)?(.+?)(万|亿)?元?整?")
_NUMBER = re.compile(r"-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
_QUARTER = re.compile(r"([0-9]{4})(?:年)?(?:第)?([1-4一二三四])季度?")
_HUNDRED_MILLION = 10**8
_WAN = 10**4

CURRENCY_WORDS = {
    "人民币": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "美元": "USD",
    "港元": "HKD",
    "港币": "HKD",
    "欧元": "EUR",
    "日元": "JPY",
    "英镑": "GBP",
}
_ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_ISO_4217.split())


def read_date(cell: Cell) -> date:
    """A civil date: a date cell, an Excel day number, or one of the usual ways to write a date in Chinese offices."""
    if isinstance(cell, datetime):
        return _within(cell.date())
    if isinstance(cell, date):
        return _within(cell)
    if isinstance(cell, bool | time | timedelta):
        raise Unreadable(say("不是日期；%(date_forms)s", date_forms=_DATE_FORMS))
    text = half_width(show(cell))
    found = _DATE.fullmatch(text.replace(" ", "")) or _DATE.fullmatch(text) or _EIGHT.fullmatch(text)
    if found:
        parts = found.groups()
        year, month, day = (parts[0], parts[2], parts[4]) if len(parts) > 3 else parts
        try:
            return _within(date(int(year), int(month), int(day)))
        except ValueError:
            raise Unreadable(say("没有这一天，请核对月和日")) from None
    if _SERIAL.fullmatch(text):
        return _within(EXCEL_DAY_0 + timedelta(days=int(float(text))))
    raise Unreadable(say("不是日期，或看不出年月日的先后；%(date_forms)s", date_forms=_DATE_FORMS))


def _within(on: date) -> date:
    if not FIRST <= on <= LAST:
        raise Unreadable(
            say(
                "%(on)s 不在 %(first)s 至 %(last)s 年之间，请核对年份",
                on=on.isoformat(),
                first=FIRST.year,
                last=LAST.year,
            )
        )
    return on


def read_fen(cell: Cell) -> int:
    """Fen from an amount in yuan; thousands separators, 元, 万元 and 亿元 are understood, parts of a fen refused."""
    return _fen(cell, 1)


def read_wan(cell: Cell) -> int:
    """Fen from an amount in 万元, for a column whose header says so."""
    return _fen(cell, _WAN)


def _fen(cell: Cell, unit: int) -> int:
    if isinstance(cell, bool | date | time | timedelta):
        raise Unreadable(say("不是金额；请填以元为单位的数字，最多两位小数"))
    text = f"{cell:.15g}" if isinstance(cell, float) else half_width(str(cell)).replace(" ", "").upper()
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Unreadable(say("不是金额；请填以元为单位的数字，最多两位小数"))
    times = {None: unit, "万": _WAN, "亿": _HUNDRED_MILLION}[found[2]]
    try:
        fen = to_fen(_multiplied(found[1], times))
    except NotAnAmount as refusal:
        raise Unreadable(refusal.wrong) from None
    if not 0 <= fen <= MOST_FEN:
        raise Unreadable(say("金额不能是负数") if fen < 0 else say("金额太大，请核对单位"))
    return fen


def _multiplied(text: str, times: int) -> str:
    """A plain decimal text times a power of ten, by moving the point; other text is left for to_fen to refuse."""
    places = len(str(times)) - 1
    if not places or not _NUMBER.fullmatch(text):
        return text
    whole, _, part = text.replace(",", "").partition(".")
    part = part.ljust(places, "0")
    return f"{whole}{part[:places]}.{part[places:]}".rstrip(".")


def read_currency(cell: Cell) -> str:
    """An ISO 4217 code, from the code or a common Chinese word."""
    text = half_width(show(cell)).upper()
    code = CURRENCY_WORDS.get(text, text)
    if code not in CURRENCIES:
        raise Unreadable(say("不是币种代码；请填 ISO 代码，如 CNY、USD"))
    return code


def read_quarter(cell: Cell) -> date:
    """The last day of a quarter, from 2026Q3, 2026年第三季度, or that day itself."""
    if isinstance(cell, str):
        text = half_width(cell).replace(" ", "")
        found = _QUARTER.fullmatch(text)
        if found:
            text = f"{found[1]}Q{'一二三四'.find(found[2]) + 1 or found[2]}"
        try:
            return Quarter.parse(text.replace("-", "")).last
        except Refused:
            pass
    try:
        on = read_date(cell)
    except Unreadable:
        on = None
    if on is None or on != Quarter(on.year, (on.month + 2) // 3).last:
        raise Unreadable(say("不是季度；请写成 2026Q3 或 2026年第三季度"))
    return on
