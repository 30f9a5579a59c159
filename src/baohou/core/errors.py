"""Refusals: expected errors with a stable code and a sentence that the user understands."""

from __future__ import annotations


class Refused(Exception):
    """An act that the house refuses: what is wrong, where, and what to do, in Chinese.

    ``code`` is stable (``guarantee.visit.before_issue``); ``where`` names the field or place, or is empty.
    """

    def __init__(self, code: str, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
