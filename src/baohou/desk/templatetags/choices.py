"""Long lists of choices, written at once: hundreds of options through a template's loop take longer than the page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def options(rows: Iterable[Any], chosen: int | None) -> SafeString:
    """An option for each row with a number (``pk``) and a name; the one chosen is marked."""
    return SafeString("".join(_option(row.pk, row.name, row.pk == chosen) for row in rows))


def _option(number: int, name: str, chosen: bool) -> str:
    return f'<option value="{number}"{" selected" if chosen else ""}>{escape(name)}</option>'
