"""Conditions with many values, as PostgreSQL is asked them: ``x = ANY(array)`` where Django writes ``x IN (1, 2, …)``.

A list of five hundred is one value instead of five hundred places to read, fill and plan anew, and a query has the same
text however long its list is, so that the database keeps its plan. SQLite is asked as Django does it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Field, ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In


class _AsArray:
    """For a lookup ``in``: what is not a plain list of values stays as it was."""

    rhs: Any

    def as_postgresql(self: Any, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        if not self.rhs_is_direct_value():
            sql, params = self.as_sql(compiler, connection)
            return sql, list(params)
        places, values = self.process_rhs(compiler, connection)
        if places.count("%s") * 4 != len(places):  # (%s, %s): a place that is more than a value has no array
            return self.as_sql(compiler, connection)  # type: ignore[no-any-return]
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, list(values)]


class _Among(_AsArray, In):
    pass


class _RelatedAmong(_AsArray, RelatedIn):
    pass


def ask_by_arrays() -> None:
    """From now on, in this process."""
    Field.register_lookup(_Among)
    ForeignObject.register_lookup(_RelatedAmong)
