"""No hook leads into the house: not as it is written, and not as its name resolves when it is sent."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from baohou.core.errors import Refused
from baohou.kernel.hooks import places, posting

INSIDE = [
    "https://10.0.0.8/",
    "https://192.168.1.1/hook",
    "https://172.16.3.4/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[fe80::1]/",
    "https://[fd00::8]/",
    "https://[::ffff:10.0.0.8]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::a00:8]/",
    "https://[2002:a00:8::]/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://224.0.0.1/",
]
NONE = [
    "",
    "partner.example.com",
    "ftp://partner.example.com/",
    "file:///etc/passwd",
    "http://partner.example.com/",
    "http://8.8.8.8/",
    "https://user:secret@partner.example.com/",
    "https://partner.example.com/#part",
    "https://partner.example.com/a b",
    "https://partner.example.com/\r\nHost: other",
    "https://partner.example.com:99999/",
    "https://partner.example.com\\@10.0.0.1/",
    "https://",
    "https://partner.example.com/" + "x" * 500,
]


@pytest.mark.parametrize("url", [*INSIDE, *NONE])
def test_it_refuses_what_leads_nowhere_or_inside(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        places.read(url)
    assert refusal.value.where == "url"


@pytest.mark.parametrize("url", ["https://partner.example.com/in?a=1", "https://8.8.8.8:8443/", "HTTPS://例子.测试/"])
def test_it_takes_https_to_the_open_internet(url: str) -> None:
    assert places.read(url).secure


def resolving_to(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    def answer(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("numbers", [["10.0.0.8"], ["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["::ffff:10.0.0.8"]])
def test_a_public_name_that_resolves_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, numbers: list[str]) -> None:
    """partner.example.com once was public; now its name server says 10.0.0.8. Nothing is connected to."""
    resolving_to(monkeypatch, *numbers)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    answer = posting.post(places.read("https://partner.example.com/in"), body=b"{}", headers={})
    assert answer.status == 0 and "内部网络" in answer.text


def test_it_connects_to_the_number_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise when asked again changes nothing: it is asked once."""
    resolving_to(monkeypatch, "8.8.8.8")
    reached: list[Any] = []

    def connect(where: Any, **_: Any) -> Any:
        reached.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert posting.post(places.read("https://partner.example.com/in"), body=b"{}", headers={}).status == 0
    assert reached == [("8.8.8.8", 443)]


@pytest.mark.parametrize("named", ["erp.example.com", "10.0.0.0/8"])
def test_the_settings_may_name_a_host_inside(monkeypatch: pytest.MonkeyPatch, settings: Any, named: str) -> None:
    resolving_to(monkeypatch, "10.0.0.8")
    place = places.read("https://erp.example.com/in")
    with pytest.raises(places.Forbidden):
        places.resolve(place)
    settings.HOOKS_HOSTS = [named]
    assert places.resolve(place) == ["10.0.0.8"]


def test_loopback_is_for_who_set_it(settings: Any) -> None:
    settings.HOOKS_TO_LOOPBACK = True
    assert places.read("http://127.0.0.1:8080/in").written == "127.0.0.1:8080"
    with pytest.raises(Refused):
        places.read("http://10.0.0.8/")
