"""What an act changed, in words: tables, columns, code words and the names of those whom numbers stand for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from django.apps import apps
from django.db.models import BooleanField, Field, ForeignKey, Model
from django.utils.translation import gettext as _

from baohou.core.money import format_yuan
from baohou.core.sayings import say
from baohou.desk.audit_names import column_name, table_name
from baohou.desk.audit_words import Word
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade, Urgency, VisitKind
from baohou.kernel.audit.chunks import Told
from baohou.kernel.people.models import Post
from baohou.kernel.saying import in_words

_NAMED: Final[dict[str, str]] = {
    "people.Staff": "name",
    "people.Department": "name",
    "parties.Party": "name",
    "guarantee.Guarantee": "project_no",
    "rulebook.RuleVersion": "name",
}
"""The tables whose rows are shown by what people call them, and the column that says it."""
_CODES: Final = {
    "grade": (Grade,),
    "kind": (VisitKind, FilingKind),
    "verb": (FilingVerb,),
    "urgency": (Urgency,),
}
Names = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True)
class Cell:
    """A column of a changed row: what it is called, its own name, its value before and after in words."""

    name: Word
    column: str
    before: str | None
    after: str | None
    differs: bool


@dataclass(frozen=True)
class Row:
    """A row that an act changed, column by column."""

    change: Told
    name: Word
    cells: list[Cell]


def rows_of(changes: Iterable[Told]) -> list[Row]:
    """Changes in words, what differs first; one query for each table whose rows are named."""
    noted = list(changes)
    names = _names(noted)
    return [Row(one, table_name(_label(one.table)), _cells(one, names)) for one in noted]


def facts_of(facts: Mapping[str, Any]) -> list[tuple[Word, str, str]]:
    """The facts of an act that say something: what each is called, its own name, its value in words."""
    told = ((name, _said(None, name, value, {})) for name, value in facts.items() if value not in (None, "", []))
    return [(_("方式") if name == "by" else column_name(name), name, said) for name, said in told if said is not None]


@cache
def _models() -> dict[str, type[Model]]:
    """The models by label, and by table as older acts name them."""
    ours = [one for one in apps.get_models() if one.__module__.startswith("baohou.")]
    return {one._meta.db_table: one for one in ours} | {one._meta.label: one for one in ours}


def _label(table: str) -> str:
    model = _models().get(table)
    return model._meta.label if model else table


def _field(table: str, column: str) -> Field[Any, Any] | None:
    model = _models().get(table)
    fields = cast("list[Field[Any, Any]]", list(model._meta.concrete_fields)) if model else []
    return next((one for one in fields if column in (one.attname, one.name)), None)


def _related(field: Field[Any, Any] | None) -> str:
    return field.related_model._meta.label if isinstance(field, ForeignKey) else ""


def _names(changes: Iterable[Told]) -> Names:
    """What the rows are called to which the changed ones refer."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for one in changes:
        for values in (one.before, one.after):
            for column, value in values.items() if isinstance(values, dict) else ():
                if (label := _related(_field(one.table, column))) in _NAMED and isinstance(value, int):
                    wanted[label].add(value)
    found: dict[str, dict[int, str]] = {}
    for label, numbers in wanted.items():
        rows = _models()[label]._default_manager.filter(pk__in=numbers)
        found[label] = dict(rows.values_list("pk", _NAMED[label]))
    return found


def _cells(change: Told, names: Names) -> list[Cell]:
    before, after = change.before, change.after
    if not isinstance(before, dict | None) or not isinstance(after, dict | None):
        before, after = {"": before}, {"": after}
    old, new = before or {}, after or {}
    cells = []
    for column in dict.fromkeys([*old, *new]):
        field = _field(change.table, column)
        was, now = (_said(field, column, values.get(column), names) for values in (old, new))
        cells.append(Cell(column_name(column), column, was, now, old.get(column) != new.get(column)))
    if before is None or after is None:
        return [cell for cell in cells if cell.before or cell.after]
    return sorted(cells, key=lambda cell: not cell.differs)


def _said(field: Field[Any, Any] | None, column: str, value: Any, names: Names) -> str | None:
    """A value in words; None for nothing."""
    if value is None or value == "":
        return None
    if isinstance(field, BooleanField) or isinstance(value, bool):
        return _("是") if value else _("否")
    choices = dict(field.flatchoices) if field is not None else {}
    if value in choices if isinstance(value, int | str) else False:
        return in_words(str(choices[value]))
    if name := names.get(_related(field), {}).get(value if isinstance(value, int) else 0):
        return name
    if column.endswith("_fen") and isinstance(value, int):
        return in_words(say("%(yuan)s 元", yuan=format_yuan(value, thousands=True)))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _code_said(column, value)


def _code_said(column: str, value: Any) -> str:
    """A code of the domain as its word; anything else as it is."""
    if isinstance(value, str):
        if column == "post" and value in Post.values:
            return in_words(Post(value).label)
        readers: tuple[Callable[[str], Any], ...] = tuple(one.read for one in _CODES.get(column, ()))
        word = next((found for read in readers if (found := read(value)) is not None), None)
        if word is not None:
            return in_words(word.zh)
    return str(value)
