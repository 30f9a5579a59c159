"""Refusals: expected errors with a stable code and a sentence that the user understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from baohou.core.sayings import say

_HEARD: ContextVar[list[str] | None] = ContextVar("refusals_heard", default=None)


class Refused(Exception):
    """An act that the house refuses: what is wrong, where, and what to do, in Chinese.

    ``code`` is stable (``guarantee.visit.before_issue``); ``where`` names the field or place, or is empty. A message
    with values is a template, so that doors can say it in another language: see ``core.sayings``.
    """

    def __init__(self, code: str, message: str, *, where: str = "", **values: Any) -> None:
        self.message = say(message, **values) if values else message
        super().__init__(str(self.message))
        self.code = code
        self.where = where
        if (heard := _HEARD.get()) is not None:
            heard.append(code)


@contextmanager
def hear_refusals() -> Iterator[list[str]]:
    """The codes of the refusals made meanwhile, in their order, also of those that a page turned into words."""
    heard: list[str] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)
