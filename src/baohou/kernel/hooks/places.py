"""Where a hook may lead: never into the house, neither as it is written nor as the name resolves when it is sent."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from baohou.core.errors import Refused
from baohou.core.sayings import Said, say

Ip = IPv4Address | IPv6Address
_NAT64: Final = ip_network("64:ff9b::/96")
_TUNNELS: Final = tuple(map(ip_network, ("2002::/16", "2001::/32", "64:ff9b:1::/48")))
_LONGEST: Final = 500


@dataclass(frozen=True)
class Place:
    """An address taken apart; ``target`` is path and query."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def written(self) -> str:
        """Host and port as a Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class Forbidden(Exception):
    """A name that resolves to where no hook may lead; ``why`` is for an administrator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read(url: str) -> Place:
    """The place of an address that a person gave; refused when it is none, not https, or plainly within the house."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = host.encode("idna").decode() if host and not host.isascii() else host
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or len(text) > _LONGEST or any(char <= " " or char == "\x7f" for char in text) or "\\" in text:
        raise _wrong(say("这不是一个网址；应像 https://partner.example.com/hooks/baohou 这样。"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _wrong(say("网址里不能有用户名、密码和 # 后的部分；凭签名就能认出是本系统。"))
    if not (parts.path + parts.query).isascii():
        raise _wrong(say("网址里只用 ASCII 字符，中文请先转码。"))
    loopback = _is_loopback(host)
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not loopback):
        raise _wrong(say("网址须以 https:// 开头；推送的内容不能明文传送。"))
    if loopback and not settings.HOOKS_TO_LOOPBACK:
        raise _wrong(say("网址指向本机，系统设置没有开放（BAOHOU_HOOKS_LOOPBACK）。"))
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = Place(secure, host.lower(), port if port is not None else 443 if secure else 80, target)
    literal = _literal(place.host)
    if not loopback and literal is not None and not _may_reach(place, literal):
        raise _wrong(_why(place, literal))
    return place


def resolve(place: Place) -> list[str]:
    """The numbers of a place, all of them looked at; Forbidden when one leads into the house.

    Connect to what this answers and to nothing else: asked again, a name may answer differently. OSError when the name
    is unknown.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except UnicodeError as wrong:
        raise OSError("no such name") from wrong
    numbers = [str(where[0]) for *_, where in found]
    for number in numbers:
        ip = ip_address(number.partition("%")[0])
        if not _may_reach(place, ip):
            raise Forbidden(_why(place, ip))
    return numbers


def _may_reach(place: Place, ip: Ip) -> bool:
    if ip.is_loopback and _is_loopback(place.host):
        return bool(settings.HOOKS_TO_LOOPBACK)
    return place.secure and (_is_public(ip) or _is_named(place.host, ip))


def _is_public(ip: Ip) -> bool:
    """Whether a number belongs to the open Internet, and does not hide one that does not."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public(ip.ipv4_mapped)
        if ip in _NAT64:
            return _is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _is_named(host: str, ip: Ip) -> bool:
    """Whether the settings name this host, or a network that it stands in."""
    for one in settings.HOOKS_HOSTS:
        if one == host:
            return True
        try:
            if ip in ip_network(one):
                return True
        except ValueError:
            continue
    return False


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    if isinstance(literal, IPv6Address) and literal.ipv4_mapped is not None:
        return False
    return host.lower() == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _why(place: Place, ip: Ip) -> Said:
    return say(
        "%(host)s 指向内部网络的地址 %(ip)s，没有发送。确要发往内网，请在设置里写明（BAOHOU_HOOKS_HOSTS）。",
        host=place.host,
        ip=str(ip),
    )


def _wrong(message: str) -> Refused:
    return Refused("hooks.url", message, where="url")
