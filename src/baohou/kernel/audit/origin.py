"""From where someone acts: address, number of the request, browser; of the command line the account and the machine."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from baohou.kernel.watch.tracing import current_number, make_number

_BROWSERS: Final = (
    ("企业微信", r"wxwork/(\d+)"),
    ("微信", r"MicroMessenger/(\d+)"),
    ("钉钉", r"DingTalk/(\d+)"),
    ("Edge", r"Edg[A-Z]?[a-z]*/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrome/(\d+)"),
    ("Safari", r"Version/(\d+)[.\d]* .*Safari"),
)
_SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux")


@dataclass(frozen=True)
class Origin:
    """From where: all blank when nobody knows."""

    ip: str = ""
    request: str = ""
    agent: str = ""


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current(door: str) -> Origin:
    """From where the present flow of control acts by a door."""
    found = _ORIGIN.get()
    if found is not None:
        return found
    return Origin(agent=f"{account()}@{socket.gethostname()}"[:120]) if door in ("command", "day") else Origin()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Do something from somewhere."""
    token = _ORIGIN.set(origin)
    try:
        yield
    finally:
        _ORIGIN.reset(token)


def middleware(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let the acts of a request know from where they are done."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        origin = Origin(address_of(request), _number_of(), shorten(request.headers.get("User-Agent", "")))
        with coming_from(origin):
            return answer(request)

    return respond


def address_of(request: HttpRequest) -> str:
    """The address a request comes from: the last one that a proxy of ours (settings.PROXIES) did not add itself."""
    addresses = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    address: str = request.META.get("REMOTE_ADDR", "") or ""
    while addresses and address in settings.PROXIES:
        address = addresses.pop()
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def shorten(agent: str) -> str:
    """A browser in a few words: Chrome 126 · Windows."""
    browser = next((f"{name} {found.group(1)}" for name, way in _BROWSERS if (found := re.search(way, agent))), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:60]


def _number_of() -> str:
    """The number under which the request is answered and logged."""
    return current_number() or make_number()


def account() -> str:
    """The account of the operating system under which the program runs; a question mark when the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
