"""The rule book over columns: the version in force on each row's day, and what it gives for each row's facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Final

import polars as pl

from baohou.core.columns import NOBODY, day_number
from baohou.core.rulebook import ExceptionTo, Parameter, RuleBook, Version

Codes = Mapping[str, Mapping[str, int]]

FACT_COLUMNS: Final = {"department": "department_id", "product": "product"}
"""The column in which the rules find a fact on which an exception may depend."""


def version_at(book: RuleBook, day: str) -> pl.Expr:
    """The number of the version in force on the day in a column; NOBODY where there is none."""
    result = pl.lit(NOBODY, pl.Int64)
    for version in book.versions:
        begins, ends = day_number(version.effective_on), day_number(version.ends_on)
        inside = (pl.col(day) >= begins) & (pl.col(day) < ends)
        result = pl.when(inside).then(pl.lit(version.number, pl.Int64)).otherwise(result)
    return result


def value_of(book: RuleBook, clause: str, name: str, *, codes: Codes) -> pl.Expr:
    """What the version in column version_id gives for a numeric parameter, exceptions counted; 0 without a version."""
    result = pl.lit(0, pl.Int64)
    for version in book.versions:
        given = _given(version, clause, name)
        if given is not None:
            chosen = _with_exceptions(given, codes)
            result = pl.when(pl.col("version_id") == version.number).then(chosen).otherwise(result)
    return result


def _given(version: Version, clause: str, name: str) -> Parameter | None:
    found = version.clauses.get(clause)
    return None if found is None else found.parameters.get(name)


def _with_exceptions(given: Parameter, codes: Codes) -> pl.Expr:
    """The base value, or that of the exception whose conditions the row's facts meet.

    An exception that goes before another is asked first; that no other two can apply at once, the book's loader saw to.
    """
    result = pl.lit(int(given.value), pl.Int64)
    for exception in _last_asked_first(given):
        value = pl.lit(int(exception.value), pl.Int64)
        result = pl.when(_applies(exception, codes)).then(value).otherwise(result)
    return result


def _last_asked_first(given: Parameter) -> list[ExceptionTo]:
    """The exceptions, each after all those that it goes before."""
    placed: list[ExceptionTo] = []
    waiting = list(given.exceptions)
    while waiting:
        labels = {exception.label for exception in waiting}
        free = [exception for exception in waiting if not labels & (set(exception.over) - {exception.label})]
        assert free, "the loader refuses exceptions that go before each other in a circle"
        placed += free
        waiting = [exception for exception in waiting if exception not in free]
    return placed


def _applies(exception: ExceptionTo, codes: Codes) -> pl.Expr:
    conditions = [
        pl.col(FACT_COLUMNS[fact]).is_in([codes[fact].get(value, -1) for value in values])
        for fact, values in exception.when.items()
    ]
    return reduce(lambda one, two: one & two, conditions)
