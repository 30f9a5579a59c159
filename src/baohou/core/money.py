"""Money: yuan as people write it, fen as the house keeps it, nothing lost between the two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from baohou.core.errors import Refused
from baohou.core.sayings import say

HOME_CURRENCY: Final = "CNY"
"""Amounts are in this currency unless another is named (ISO 4217)."""

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


class NotAnAmount(Refused):
    """A text that should be an amount in yuan is not, or has parts of a fen."""

    def __init__(self, text: str, wrong: str) -> None:
        super().__init__("core.money.not_an_amount", "“%(text)s”不是金额：%(wrong)s", text=text, wrong=wrong)
        self.wrong = wrong


def to_fen(yuan: str) -> int:
    """Fen from a text in yuan ("1,234.50", "50"), exactly; NotAnAmount when it is none or has parts of a fen."""
    text = yuan.strip()
    if not _PLAIN.fullmatch(text) and not _GROUPED.fullmatch(text):
        raise NotAnAmount(yuan, say("应为元，如 1234.50"))
    whole, _, part = text.replace(",", "").partition(".")
    if part[2:].strip("0"):
        raise NotAnAmount(yuan, say("不能小于一分，小数最多两位"))
    return int(whole + part[:2].ljust(2, "0"))


def to_yuan(fen: int) -> Decimal:
    """Yuan with two places, exactly."""
    return Decimal(f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}")


def format_yuan(fen: int, *, thousands: bool = False) -> str:
    """Yuan as text with two places: "1234.50", with thousands "1,234.50"."""
    return f"{to_yuan(fen):,}" if thousands else str(to_yuan(fen))


def sum_by_currency(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Amounts (currency, fen) added up for each currency, in the order in which these come."""
    sums: dict[str, int] = {}
    for currency, fen in amounts:
        sums[currency] = sums.get(currency, 0) + fen
    return sums
