"""How a paper writes money, numerals and identity numbers."""

from __future__ import annotations

from django import template

from baohou.core.masking import mask
from baohou.core.money import format_yuan

register = template.Library()

_NUMERALS = "〇一二三四五六七八九"


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
    """An identity number with its middle hidden."""
    return mask(id_no)
