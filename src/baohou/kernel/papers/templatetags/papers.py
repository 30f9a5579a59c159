"""How a paper writes money, numerals and identity numbers."""

from __future__ import annotations

from django import template

from baohou.core.money import format_yuan

register = template.Library()

_NUMERALS = "〇一二三四五六七八九"
_SHOWN = 4


@register.filter
def money(fen: int) -> str:
    """Fen as yuan for people: "1,234.50"."""
    return format_yuan(fen, thousands=True)


@register.filter
def exact(fen: int) -> str:
    """Fen as yuan for machines: "1234.50"."""
    return format_yuan(fen)


@register.filter
def numeral(number: int) -> str:
    """A digit as a Chinese numeral: "三"."""
    return _NUMERALS[number]


@register.filter
def masked(id_no: str) -> str:
    """An identity number with all but its first and last four characters hidden."""
    hidden = len(id_no) - 2 * _SHOWN
    return f"{id_no[:_SHOWN]}{'*' * hidden}{id_no[-_SHOWN:]}" if hidden > 0 else id_no
