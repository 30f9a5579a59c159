"""Posting to a partner: to the very address that was looked at, no redirects, no proxies, a bounded time and answer."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Final

from baohou.core.sayings import say
from baohou.kernel.hooks.places import Forbidden, Place, resolve

SECONDS: Final = 10
"""For connecting, and for each piece of the answer."""
ALTOGETHER: Final = 20
"""For the whole of it, however slowly the other side drips."""
_MOST_BYTES: Final = 2000


@dataclass(frozen=True)
class Answer:
    """What the other side answered; ``status`` 0 with the reason in ``text``, made by ``say``, when it did not."""

    status: int
    text: str
    took_ms: int
    retry_after: float = 0

    @property
    def is_taken(self) -> bool:
        """Whether it took the delivery: any 2xx."""
        return 200 <= self.status < 300


class _Pinned(HTTPConnection):
    """A connection to a number that was looked at; TLS still asks for the certificate of the name."""

    def __init__(self, place: Place, number: str) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._place, self._number = place, number
        self.held: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._number, self._place.port), timeout=SECONDS)
        if self._place.secure:
            self.held = ssl.create_default_context().wrap_socket(plain, server_hostname=self._place.host)
        else:
            self.held = plain
        self.sock = self.held


def post(place: Place, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post once and tell what came of it; never raises for what the other side does."""
    begun = time.monotonic()
    try:
        status, text, after = _exchange(_Pinned(place, resolve(place)[0]), place, body, headers)
    except Forbidden as wrong:
        status, text, after = 0, wrong.why, 0.0
    except ssl.SSLCertVerificationError:
        status, text, after = 0, say("对方的证书无效或与网址不符。"), 0.0
    except ssl.SSLError:
        status, text, after = 0, say("与对方建立加密连接失败。"), 0.0
    except TimeoutError:
        status, text, after = 0, say("对方在 %(n)s 秒内没有回答。", n=SECONDS), 0.0
    except (OSError, HTTPException, IndexError, ValueError):
        late = time.monotonic() - begun >= ALTOGETHER - 1
        status, after = 0, 0.0
        text = say("连不上对方，或对方中断了连接。")
        if late:
            text = say("对方在 %(n)s 秒内没有答完。", n=ALTOGETHER)
    return Answer(status, text, int((time.monotonic() - begun) * 1000), after)


def _exchange(connection: _Pinned, place: Place, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, float]:
    def cut() -> None:
        """End the connection under whoever reads from it; past TLS, which might wait for the other side."""
        with suppress(OSError):
            if connection.held is not None:
                socket.socket.shutdown(connection.held, socket.SHUT_RDWR)

    timer = threading.Timer(ALTOGETHER, cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", place.target, body=body, headers={"Host": place.written, **headers})
        answer = connection.getresponse()
        text = answer.read(_MOST_BYTES).decode("utf-8", "replace")
        after = answer.headers.get("Retry-After", "")
        return answer.status, text, float(after) if after.isascii() and after.isdecimal() else 0.0
    finally:
        timer.cancel()
        connection.close()
