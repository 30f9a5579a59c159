"""A partner that listens on this machine: what it got, and what it answers next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import settings as conf

from baohou.kernel.hooks import services
from baohou.kernel.hooks.services import Made


@dataclass
class Partner:
    """``answers`` are given in turn, then 200 for ever."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def partner(settings: Any) -> Iterator[Partner]:
    settings.HOOKS_TO_LOOPBACK = True
    settings.OUTBOX_FIRST_PAUSE = 0
    assert conf.HOOKS_TO_LOOPBACK

    class Listens(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, more = told.answers.pop(0) if told.answers else (200, {})
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"thank you")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listens)
    told = Partner(f"http://127.0.0.1:{server.server_address[1]}/in?from=baohou")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def made(partner: Partner, db: None) -> Made:
    """财务系统 is told of visits, with nothing about persons."""
    return services.add_hook(
        name="财务系统", url=partner.url, kinds=["visit.recorded"], scopes=[], actor="X01", door="page"
    )
