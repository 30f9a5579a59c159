"""A mail server and an SMS gateway on 127.0.0.1 that take everything and count what they took."""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

PONDERS: Final = 0.02
"""Seconds until either answers: a worker is to be met while it is sending."""


class Sinks:
    """``mails`` and ``texts``: how often each message was taken, by the number that says which it is."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.texts: Counter[str] = Counter()
        self.mail_port = self.text_port = 0


@contextmanager
def open_sinks() -> Iterator[Sinks]:
    """Both servers while this lasts."""
    sinks = Sinks()

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                _take_mails(self, sinks)
            except OSError:
                return

    class Text(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            sinks.texts[asked["OutId"][0]] += 1
            time.sleep(PONDERS)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"Code": "OK"}).encode())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    mail, text = Server(("127.0.0.1", 0), Mail), ThreadingHTTPServer(("127.0.0.1", 0), Text)
    sinks.mail_port, sinks.text_port = mail.server_address[1], text.server_port
    for one in (mail, text):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    try:
        yield sinks
    finally:
        for one in (mail, text):
            one.shutdown()
            one.server_close()


def _take_mails(talk: socketserver.StreamRequestHandler, sinks: Sinks) -> None:
    """As much of SMTP as a program that sends needs."""
    talk.wfile.write(b"220 sink\r\n")
    for line in talk.rfile:
        word = line.strip()[:4].upper()
        if word == b"DATA":
            talk.wfile.write(b"354 go on\r\n")
            letter = b"".join(iter(talk.rfile.readline, b".\r\n")).decode(errors="replace")
            number = re.search(r"^Message-ID: <(\w+)@", letter, re.MULTILINE | re.IGNORECASE)
            sinks.mails[number.group(1) if number else "?"] += 1
            time.sleep(PONDERS)
        elif word == b"QUIT":
            talk.wfile.write(b"221 bye\r\n")
            return
        talk.wfile.write(b"250 yes\r\n")
