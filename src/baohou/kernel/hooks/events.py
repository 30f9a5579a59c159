"""What partners can be told of: each event with its type, its shape, and which of its fields need a scope.

An event carries numbers under which the API tells the rest. What tells of persons is left out unless the hook may have
it; identity and telephone numbers are in no event.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any, ClassVar, Final, TypeVar, dataclass_transform, get_type_hints

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AT_ONCE: Final = 200
"""So many rows one event of the day carries at most; what concerns more is told in several."""


@dataclass(frozen=True)
class Scope:
    """A mark on a field: only hooks with this scope get it."""

    code: str


CLIENTS: Final = "clients"
STAFF: Final = "staff"
REASONS: Final = "reasons"
SCOPES: Final[Mapping[str, str | Promise]] = {
    CLIENTS: _("客户名称"),
    STAFF: _("员工的姓名和工号"),
    REASONS: _("写下的理由和意见"),
}
"""What each scope of a hook is called."""


ClientName = Annotated[str, Scope(CLIENTS)]
StaffName = Annotated[str, Scope(STAFF)]
Reason = Annotated[str, Scope(REASONS)]


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Told:
    """A shape of events: fields by name, nothing that changes. Plain dataclasses, so that the day loads no API."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)


class EventPart(Told):
    """A part of an event, with scopes of its own."""


class Event(Told):
    """What happened. ``type`` is its stable name; ``title`` what an administrator reads."""

    type: ClassVar[str]
    title: ClassVar[str | Promise]


E = TypeVar("E", bound=type[Event])
_EVENTS: dict[str, type[Event]] = {}


def register(kind: E) -> E:
    """Make an event known; called where it is written, as a decorator."""
    _EVENTS[kind.type] = kind
    return kind


def every() -> list[type[Event]]:
    """All events by their names."""
    return [_EVENTS[name] for name in sorted(_EVENTS)]


def find(name: str) -> type[Event] | None:
    """The event of a name."""
    return _EVENTS.get(name)


def told_to(said: Told, scopes: Collection[str]) -> dict[str, Any]:
    """What a hook with these scopes is told of an event: plain JSON without the fields that it may not have."""
    return {
        name: _plain(getattr(said, name), scopes)
        for name, scope in scope_of_fields(type(said)).items()
        if scope is None or scope in scopes
    }


_SCOPES: Final[dict[object, dict[str, str | None]]] = {}


def scope_of_fields(shape: type[Told]) -> dict[str, str | None]:
    """The fields of a shape, each with the scope that a hook needs to be told it; None for everyone's."""
    known = _SCOPES.get(shape)
    if known is not None:
        return known
    hints = get_type_hints(shape, include_extras=True)
    found: dict[str, str | None] = {}
    for one in fields(shape):  # type: ignore[arg-type]
        marks = getattr(hints[one.name], "__metadata__", ())
        found[one.name] = next((mark.code for mark in marks if isinstance(mark, Scope)), None)
    _SCOPES[shape] = found
    return found


def _plain(value: Any, scopes: Collection[str]) -> Any:
    if isinstance(value, Told):
        return told_to(value, scopes)
    if isinstance(value, list):
        return [_plain(one, scopes) for one in value]
    return value.isoformat() if isinstance(value, date) else value


@register
class Ping(Event):
    """A trial that an administrator asked for."""

    type = "ping"
    title = _("试推送")

    hook: int
