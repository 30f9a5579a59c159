"""Asking a virus scanner (clamd) about a file, when one is set up: its INSTREAM command, over a socket."""

from __future__ import annotations

import logging
import socket
import struct
from typing import BinaryIO, Final

from django.conf import settings

from baohou.core.errors import Refused

_CHUNK: Final = 1 << 16
_LONGEST_ANSWER: Final = 4096
_log = logging.getLogger("baohou.uploads")


def scan(file: BinaryIO, *, name: str) -> None:
    """Refused when the scanner finds something, and when it can't be asked: a file that nobody looked at is not taken.

    Without a scanner in the settings (BAOHOU_CLAMD) nothing is asked.
    """
    if not settings.CLAMD:
        return
    file.seek(0)
    try:
        answer = _ask(file)
    except OSError as error:
        _log.error("the virus scanner does not answer", extra={"kind": type(error).__name__})
        answer = ""
    if answer.endswith("FOUND"):
        virus = answer.removeprefix("stream:").removesuffix("FOUND").strip()
        _log.warning("a virus was refused", extra={"virus": virus})
        raise Refused(
            "papers.file.virus",
            "文件“%(name)s”里查出病毒（%(virus)s），没有收下；请告诉管理员，并检查您的电脑。",
            where=name,
            name=name,
            virus=virus,
        )
    if not answer.endswith("OK"):
        raise Refused(
            "papers.file.not_scanned",
            "查毒程序现在没有回答，文件“%(name)s”没有收下；请稍后再传，或告诉管理员。",
            where=name,
            name=name,
        )


def _ask(file: BinaryIO) -> str:
    """The scanner's answer: ``stream: OK``, ``stream: NAME FOUND`` or a complaint."""
    with _connect() as scanner:
        scanner.settimeout(settings.CLAMD_SECONDS)
        scanner.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER and (more := scanner.recv(_CHUNK)):
            answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace").strip()


def _connect() -> socket.socket:
    """By a path (``/run/clamav/clamd.ctl``) or by ``host:port``."""
    where: str = settings.CLAMD
    if where.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(settings.CLAMD_SECONDS)
        scanner.connect(where)
        return scanner
    host, _, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=settings.CLAMD_SECONDS)
