"""Queries whose text is written once: Django takes ten times as long to write a page's query as the database to answer.

    @prepared
    def _dues(clients: list[int], on: date, *, most: int) -> QuerySet[Duty, tuple[int, date]]:
        return Duty.objects.filter(party__in=clients, due_on__lte=on).values_list("party_id", "due_on")[:most]

    rows = _dues([3, 5], on, most=50)

The function is called with stand-ins, once for each shape of its arguments, and the SQL that Django makes of them is
kept; afterwards only the values are put in their places. Positional arguments are values (int, str, date, lists of
them); whatever decides on the shape (keyword arguments, None, truth, members of enumerations) is part of the key.

A list goes to PostgreSQL as one value (``kernel.among``), so that one text serves every length; SQLite has a text for
each power of two, the last value repeated.

The function must therefore not look at values, only hand them to the query, unchanged; nor at the clock or settings.
An argument that does not arrive in the query, or not as it was, is refused when the text is written; so is a number
for a column too small for the stand-ins, which would find nothing, whatever it is asked for: such columns hold few
values, and are asked for a member of their enumeration. While ``CHECKED`` (in tests) the first calls by each text, and
some later ones, also write the query anew and compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import update_wrapper
from types import SimpleNamespace
from typing import Any, ClassVar, Final, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

P = ParamSpec("P")
Row = TypeVar("Row")

_NUMBERS: Final = range(2_000_000_000, 2_100_000_000, 1000)
"""Stand-ins of numbers: as high as every key takes, and so far apart that none is reached by adding to another."""
_DAYS: Final = date(8000, 1, 1)
_APART: Final = timedelta(days=100)
_FAR: Final = re.compile(r"[89]\d{3}-\d\d-\d\d")
_MARK: Final = "\ue000"
_FEW: Final = 4096
"""So many stand-ins at most: longer lists go to the database as Django writes them."""


MOST_TEXTS: Final = 256
"""So many texts of one query are kept, those written last: some shape may be what somebody typed into an address."""


@dataclass(frozen=True)
class _Place:
    """Where a parameter comes from: the argument, the place in its list, and as what it is handed over.

    ``whole``: the parameter is all of the list.
    """

    argument: int
    item: int | None
    kind: Callable[[Any], Any] | None
    whole: bool = False

    def value(self, arguments: Sequence[Any]) -> Any:
        given = arguments[self.argument]
        if self.whole:
            return given if self.kind is None else [*map(self.kind, given)]
        value = given if self.item is None else given[self.item]
        return value if self.kind is None else self.kind(value)


@dataclass(frozen=True)
class _Text:
    """A query as written for one shape of arguments; without ``sql`` it can find nothing."""

    sql: str
    params: tuple[Any, ...]
    compiler: Any = None
    queryset: Any = None


class Prepared(Generic[P, Row]):
    """See the module."""

    CHECKED: ClassVar[bool] = False

    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        self._build: Callable[..., QuerySet[Any, Any]] = build
        self._name = build.__qualname__
        self._texts: dict[tuple[object, ...], _Text] = {}
        self._asked: dict[str, int] = {}
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """The rows, as the queryset would give them."""
        if _is_long(args):
            return self.plain(*args, **kwargs)
        return self._found(args, kwargs)

    def _found(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        pads = not (self.CHECKED or _as_arrays())
        arguments = [_padded(one) if isinstance(one, list) else one for one in args] if pads else args
        text = self._text(arguments, kwargs)
        if self.CHECKED and self._is_checked(text):
            self._check(text, args, kwargs)
        if not text.sql:
            return []
        return self._rows(text, _filled(text, arguments))

    def plain(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """The same, as Django writes it now: for a shape that hardly comes twice."""
        return list(self._build(*args, **kwargs))

    def _rows(self, text: _Text, params: tuple[Any, ...]) -> list[Row]:
        queryset = text.queryset
        query = copy(queryset.query)
        answer = _Answer(text, params)
        query.get_compiler = lambda *_, **__: answer
        asked = SimpleNamespace(
            query=query,
            db=queryset.db,
            model=queryset.model,
            _fields=queryset._fields,
            _known_related_objects={},
        )
        return list(queryset._iterable_class(asked))

    def _text(self, arguments: Sequence[Any], kwargs: dict[str, Any]) -> _Text:
        arrays = _as_arrays()
        key = (
            *(_shape(one, arrays) for one in arguments),
            *((name, type(given), given) for name, given in kwargs.items()),
        )
        text = self._texts.get(key)
        if text is None:
            text = self._written(arguments, kwargs)
            while len(self._texts) >= MOST_TEXTS:
                self._texts.pop(list(self._texts)[0], None)  # noqa: RUF015  (at once, whatever other threads add)
            self._texts[key] = text
        return text

    def _written(self, arguments: Sequence[Any], kwargs: dict[str, Any]) -> _Text:
        stand_ins, places = _stand_ins(arguments, _as_arrays())
        text = self._compiled(stand_ins, kwargs)
        if not text.sql:
            if self._compiled(arguments, kwargs).sql:
                raise TypeError(f"{self._name}: a column of small numbers is asked for a member of its enumeration")
            return text
        params = tuple(_placed(param, places) for param in text.params)
        missing = {(place.argument, place.item) for place in places.values()}
        missing -= {(param.argument, param.item) for param in params if isinstance(param, _Place)}
        if missing:
            raise TypeError(f"{self._name}: arguments {sorted(missing, key=str)} are not in the query as given")
        return _Text(text.sql, params, text.compiler, text.queryset)

    def _compiled(self, arguments: Sequence[Any], kwargs: dict[str, Any]) -> _Text:
        queryset = self._build(*arguments, **kwargs)
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return _Text("", ())
        return _Text(sql, tuple(params), compiler, queryset)

    def _is_checked(self, text: _Text) -> bool:
        asked = self._asked[text.sql] = self._asked.get(text.sql, 0) + 1
        return asked <= 5 or asked % 20 == 0

    def _check(self, text: _Text, arguments: Sequence[Any], kwargs: dict[str, Any]) -> None:
        if any(isinstance(one, list) and len(set(one)) < len(one) for one in arguments):
            return
        plain = self._compiled(arguments, kwargs)
        if (text.sql, _filled(text, arguments)) != (plain.sql, plain.params):
            raise AssertionError(f"{self._name} is no longer the query it was:\n{text.sql}\n{plain.sql}")


class PreparedCount(Prepared[P, Any]):
    """As ``Prepared``; gives how many rows there are, instead of the rows."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int:  # type: ignore[override]
        """How many rows the queryset has."""
        if _is_long(args):
            return self.plain(*args, **kwargs)
        return sum(self._found(args, kwargs))

    def plain(self, *args: P.args, **kwargs: P.kwargs) -> int:  # type: ignore[override]
        """The same, as Django writes it now."""
        return self._build(*args, **kwargs).count()

    def _rows(self, text: _Text, params: tuple[Any, ...]) -> list[int]:
        with connections[text.queryset.db].cursor() as cursor:
            cursor.execute(text.sql, params)
            return [number for (number,) in cursor.fetchall()]

    def _compiled(self, arguments: Sequence[Any], kwargs: dict[str, Any]) -> _Text:
        queryset = self._build(*arguments, **kwargs)
        with _unasked(queryset.db) as told:
            queryset.count()
        if not told:
            return _Text("", ())
        sql, params = told[0]
        return _Text(sql, tuple(params), None, queryset)


prepared = Prepared
prepared_count = PreparedCount


class _Answer:
    """Stands where Django's compiler stands: the text is written, only the values are new."""

    def __init__(self, text: _Text, params: tuple[Any, ...]) -> None:
        self._text, self._params = text, params

    def __getattr__(self, name: str) -> Any:
        return getattr(self._text.compiler, name)

    def execute_sql(self, *_: Any, **__: Any) -> list[list[Any]]:
        compiler = self._text.compiler
        with connections[self._text.queryset.db].cursor() as cursor:
            cursor.execute(self._text.sql, self._params)
            rows = cursor.fetchall()
        return [[row[: compiler.col_count] for row in rows] if compiler.has_extra_select else rows]

    def results_iter(self, results: Any = None, *, tuple_expected: bool = False, **_: Any) -> Iterator[Any]:
        found = self.execute_sql() if results is None else results
        rows: Iterator[Any] = self._text.compiler.results_iter(found, tuple_expected=tuple_expected)
        return rows


class _NotAskedError(Exception):
    pass


@contextmanager
def _unasked(alias: str) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """What would be asked of the database within, which ends with the first question."""
    told: list[tuple[str, Sequence[Any]]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        told.append((sql, params))
        raise _NotAskedError

    connection = connections[alias]
    others, connection.execute_wrappers = connection.execute_wrappers, [note]
    logged, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        yield told
    except _NotAskedError:
        pass
    finally:
        connection.execute_wrappers, connection.force_debug_cursor = others, logged


def _as_arrays() -> bool:
    """Whether lists are handed over whole."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def _is_long(arguments: Sequence[object]) -> bool:
    """Whether a list has more values than a text has places; as one value it may be of any length."""
    return not _as_arrays() and any(isinstance(one, list) and len(one) > _FEW for one in arguments)


def _padded(values: list[Any]) -> list[Any]:
    """A list as long as the next power of two, its last value repeated, so that a few texts serve every length."""
    wanted = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (wanted - len(values))


def _shape(given: object, arrays: bool) -> object:
    """What of an argument decides on the text."""
    if isinstance(given, list):
        return list, type(given[0]) if given else None, len(given) if not arrays else bool(given)
    if given is None or isinstance(given, bool | Enum):
        return type(given), given
    if type(given) in _KINDS:
        return type(given)
    raise TypeError(f"{given!r} can be no value of a prepared query")


_KINDS: Final[dict[type, Callable[[int], Any]]] = {
    int: lambda number: _NUMBERS[number],
    str: lambda number: f"{_MARK}{number}{_MARK}",
    date: lambda number: _DAYS + _APART * number,
}


def _stand_ins(arguments: Sequence[Any], arrays: bool) -> tuple[list[Any], dict[Any, _Place]]:
    """Something unmistakable for each value, and where each of them comes from; for a list as one value it is one."""
    places: dict[Any, _Place] = {}

    def stand_in(value: Any, argument: int, item: int | None, whole: bool = False) -> Any:
        made = _KINDS[type(value)](sum(type(one) is type(value) for one in places))
        places[made] = _Place(argument, item, None, whole)
        return made

    found: list[Any] = []
    for number, given in enumerate(arguments):
        if isinstance(given, list) and arrays:
            found.append([stand_in(value, number, None, whole=True) for value in given[:1]])
        elif isinstance(given, list):
            found.append([stand_in(value, number, item) for item, value in enumerate(given)])
        elif given is None or isinstance(given, bool | Enum):
            found.append(given)
        else:
            found.append(stand_in(given, number, None))
    return found, places


def _placed(param: Any, places: dict[Any, _Place]) -> Any:
    """The place a parameter stands for; a constant of the query is itself. SQLite is handed days as text."""
    if isinstance(param, list):
        return _placed_list(param, places)
    place = places.get(param) if param.__hash__ is not None else None
    if place is not None and place.whole:
        raise TypeError("a prepared query must hand over its lists as lists")
    if place is not None:
        return _Place(place.argument, place.item, None if type(param) in _KINDS else type(param))
    for stand_in, place in places.items():
        if isinstance(stand_in, date) and str(stand_in) == param:
            return _Place(place.argument, place.item, str)
    if _is_like_a_stand_in(param):
        raise TypeError(f"a prepared query must hand over its arguments as they are, not as {param!r}")
    return param


def _placed_list(param: list[Any], places: dict[Any, _Place]) -> Any:
    place = places.get(param[0]) if len(param) == 1 else None
    if place is not None and place.whole:
        return replace(place, kind=None if type(param[0]) in _KINDS else type(param[0]))
    if any(one in places or _is_like_a_stand_in(one) for one in param):
        raise TypeError("a prepared query must hand over its lists whole, and nothing else in a list")
    return param


def _is_like_a_stand_in(param: object) -> bool:
    if isinstance(param, int):
        return _NUMBERS.start <= param < _NUMBERS.stop
    if isinstance(param, str):
        return _MARK in param or _FAR.match(param) is not None
    return isinstance(param, date) and param.year >= _DAYS.year


def _filled(text: _Text, arguments: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(one.value(arguments) if isinstance(one, _Place) else one for one in text.params)
