"""Every address with what it asks of whoever comes; one without a policy stops the start and is answered to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from baohou.kernel.people.doors import Door, door_of

Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Address:
    """One address: its name, how it is written, and its door; None when it has no policy."""

    name: str
    written: str
    door: Door | None


def every_address() -> Iterator[Address]:
    """All addresses in the order in which they are tried."""
    yield from _within(get_resolver().url_patterns, "/", "")


def every_page() -> Iterator[Address]:
    """All addresses that are not operations of the API."""
    return (address for address in every_address() if not address.name.startswith("api:"))


def _within(patterns: list[URLPattern | URLResolver], above: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        written = f"{above}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _within(pattern.url_patterns, written, inner)
        else:
            yield Address(f"{space}{pattern.name or ''}", written, door_of(pattern.callback))


@register()
def addresses_have_a_policy(**_: Any) -> list[CheckMessage]:
    """An address without a door, without a name, or that names something without saying what, is an error."""
    found: list[CheckMessage] = []
    for address in every_address():
        if address.door is None:
            said = f"{address.written} has no policy: put @door(Right…) or @open_to_all(because) on its view."
            found.append(Error(said, id="baohou.E001"))
        elif not address.name:
            found.append(Error(f"{address.written} has no name.", id="baohou.E002"))
        elif "<" in address.written and not address.door.of and not _is_harmless(address):
            said = f"{address.written} names something: say in @door(…, Thing.X) what, so that a guard fetches it."
            found.append(Error(said, id="baohou.E003"))
    return found


_HARMLESS = frozenset({"month", "ending"})
"""Parts of an address that name no object: a month and the form of a file."""


def _is_harmless(address: Address) -> bool:
    parts = {part.split(">")[0].rpartition(":")[2] for part in address.written.split("<")[1:]}
    return parts <= _HARMLESS


class Policed:
    """Let nobody into a view that has no policy, whatever else went wrong before."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        if door_of(view) is None:
            raise PermissionDenied
