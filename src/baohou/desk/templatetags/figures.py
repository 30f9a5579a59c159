"""Numbers of a table on the screen: the same that its chart draws and its Excel holds."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.template.context import RequestContext
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from baohou.desk.templatetags.desk import money

register = template.Library()

_SHAPES: Final = {"count": "{:,}", "change": "{:+,}", "share": "{:.1%}"}


@register.simple_tag(takes_context=True)
def figure(context: RequestContext, head: Any, cell: Any) -> SafeString | str:
    """A value in the way of its column; one that opens a list is a link.

    Put together from what is escaped here: a page has a thousand cells, and format_html takes three times as long.
    """
    said = str(conditional_escape(_said(context, head, cell)))
    if cell.href and cell.value is not None:
        said = f'<a href="{conditional_escape(cell.href)}">{said}</a>'
    if cell.of:
        said = f'{said} <span class="text-secondary num">{conditional_escape(cell.of)}</span>'
    return SafeString(said)


@register.filter
def drawn(cell: Any, head: Any) -> str:
    """What a chart draws of a value: fen as 万元, a share in per cent."""
    if cell.value is None:
        return ""
    if head.kind == "fen":
        return f"{cell.value / 1_000_000:.2f}"
    return f"{cell.value * 100:.1f}" if head.kind == "share" else str(cell.value)


def _said(context: RequestContext, head: Any, cell: Any) -> SafeString | str:
    value = cell.value
    if value is None:
        return "—"
    if head.kind == "fen":
        return money(context, value, head.currency)
    if head.kind in ("count", "change", "share"):
        text = "0" if head.kind == "change" and not value else _SHAPES[head.kind].format(value)
        return SafeString(f'<span class="num">{text}</span>')
    if cell.tone:
        return format_html('<span class="pill {}">{}</span>', cell.tone, value)
    return str(value)


@register.filter
def signed(number: int) -> str:
    """A change with its sign; no change is 0."""
    return f"{number:+,}" if number else "0"
