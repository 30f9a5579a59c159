"""What goes in and out of many operations: numbers, days, texts, quarters, pages, and how a failure reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, Self, TypeVar

from django.http import Http404
from ninja import Path, Query, Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)

from baohou.core.period import NotAQuarter, Quarter
from baohou.kernel.api.cursors import MOST, USUAL

T = TypeVar("T")
_FIRST, _LAST = date(1950, 1, 1), date(2150, 12, 31)


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("不能含有空字符 U+0000")
    return text


def _within_a_life(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError("日期须在 1950-01-01 至 2150-12-31 之间")
    return day


def _is_written_as_day(said: Any) -> Any:
    if said is not None and not isinstance(said, date) and not (isinstance(said, str) and len(said) == 10):
        raise ValueError("日期写作 2026-09-30")
    return said


Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Text = Annotated[str, AfterValidator(_without_nul), Field(max_length=20_000)]
Word = Annotated[str, AfterValidator(_without_nul), Field(max_length=255)]
Day = Annotated[date, BeforeValidator(_is_written_as_day), AfterValidator(_within_a_life)]
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]
QuarterName = Annotated[str, Path(pattern=r"^(19[5-9]\d|20\d\d|21[0-4]\d)Q[1-4]$")]
MonthName = Annotated[str, Field(pattern=r"^(19[5-9]\d|20\d\d|21[0-4]\d)-(0[1-9]|1[0-2])$")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="每页最多几条")]
Cursor = Annotated[str, Query(max_length=2000, description="上一页的 next；不填为第一页")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Sums = dict[str, int]
"""Fen by currency."""
__all__ = [
    "USUAL",
    "Cursor",
    "Day",
    "In",
    "Limit",
    "MonthName",
    "Number",
    "Out",
    "Page",
    "Pk",
    "Problem",
    "QuarterName",
    "Ref",
    "Sha256",
    "Sums",
    "Text",
    "Word",
    "first_of",
    "quarter_of_path",
    "ref",
]


class In(Schema):
    """What comes in: nothing that is not described."""

    model_config = ConfigDict(extra="forbid")


class Out(Schema):
    """What goes out: made by us from plain values, so that nobody need look at it as ninja looks at rows of a model."""

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        return values if type(values) is cls else handler(values)


class Problem(Out):
    """Why nothing was done. ``code`` is stable, ``message`` a sentence in the language asked for, ``where`` a field
    or empty."""

    code: str
    message: str
    where: str


class Page(Out, Generic[T]):
    """One page of a list; ``next`` is the cursor of the page behind it."""

    items: list[T]
    next: str | None


class Ref(Out):
    """Something else, by its number and its name."""

    id: int
    name: str


def ref(one: Any) -> Ref | None:
    """A row with a name, or None."""
    return Ref(id=one.pk, name=str(one.name)) if one is not None else None


def quarter_of_path(text: str) -> Quarter:
    """The quarter of an address."""
    try:
        return Quarter.parse(text)
    except NotAQuarter as wrong:
        raise Http404 from wrong


def first_of(rows: Sequence[T], after: str, *, limit: int, key: Any) -> tuple[list[T], str]:
    """A page of rows that are all at hand, behind the row of a key, and the key of its last when more follow."""
    start = next((n for n, row in enumerate(rows, 1) if str(key(row)) == after), 0) if after else 0
    page = list(rows[start : start + limit])
    return page, str(key(page[-1])) if start + limit < len(rows) else ""
