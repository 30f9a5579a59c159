"""{% kept row today %} … {% endkept %}: a stretch of a page that says the same for the same values is written once.

Most rows of a list are those of the last time. Everything that the stretch says must follow from the values named and
the language; what cannot be told apart (a list, a form) is written each time. While ``CHECKED`` (in tests) everything
is, and compared. The token of a form is put in each time.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count
from typing import Any, Final

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

_CSRF: Final = "\ue000csrf\ue000"
"""Stands in a kept stretch where a form has the token of whoever reads it."""
MOST: Final = 4000
"""So many stretches (of some 1 to 2 kB) are kept for sure, and twice as many at most."""


class _Store:
    """What was asked for lately: two halves, of which the older is forgotten when the newer is full."""

    def __init__(self) -> None:
        self._new: dict[Hashable, SafeString] = {}
        self._old: dict[Hashable, SafeString] = {}

    def get(self, key: Hashable) -> SafeString | None:
        said = self._new.get(key)
        if said is None and (said := self._old.get(key)) is not None:
            self.put(key, said)
        return said

    def put(self, key: Hashable, said: SafeString) -> None:
        if len(self._new) >= MOST:
            self._old, self._new = self._new, {}
        self._new[key] = said


class Kept(Node):
    """See the module."""

    CHECKED = False
    _numbers = count()
    _store = _Store()

    def __init__(self, of: list[FilterExpression], nodelist: NodeList) -> None:
        self.of, self.nodelist, self._number = of, nodelist, next(self._numbers)

    def render(self, context: Context) -> SafeString:
        key = (self._number, get_language(), *(one.resolve(context) for one in self.of))
        try:
            said = self._store.get(key)
        except TypeError:  # something among the values that cannot be told apart by its content
            return self.nodelist.render(context)
        if said is None or self.CHECKED:
            before, said = said, self._written(context)
            if before not in (None, said):
                raise AssertionError(f"the page says more than follows from {key[2:]}:\n{before}\n{said}")
            self._store.put(key, said)
        return SafeString(said.replace(_CSRF, str(context["csrf_token"]))) if _CSRF in said else said

    def _written(self, context: Context) -> SafeString:
        with context.push(csrf_token=_CSRF):
            return self.nodelist.render(context)


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """See the module."""
    of: list[Any] = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(of, nodelist)
