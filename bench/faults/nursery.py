"""A process that has the program imported and forks the others from itself: a start costs milliseconds, not seconds.

It opens no connection and starts no thread, so that each child begins as clean as one that imported everything itself.
Asked by lines of JSON on its standard input; says pids, and how each child ended, by lines on its standard output.
Leases are shortened here, so that a run meets their ends often, and a request that asks for it has one of its writes
fail (failing.py); nothing else differs from what `baohou` starts.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

LEASE: Final = timedelta(seconds=5)
"""Of a key of the API (60 s as shipped) and of messages that are being sent (10 min)."""


def main() -> None:
    """Import the program, then serve until the other side closes the pipe."""
    _import()
    _say({"ready": os.getpid()})
    waiting = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            got = os.read(0, 65536)
            if not got:
                return
            *lines, waiting = (waiting + got).split(b"\n")
            for line in lines:
                _say({"pid": _fork(json.loads(line))})
        _reap()


def _import() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django

    django.setup()
    for name in ("config.wsgi", "config.urls", "config.api", "day.engine", "upkeep.state"):
        importlib.import_module(f"baohou.{name}")
    from baohou.config.command import Commands
    from baohou.config.commands import send
    from baohou.kernel.api import once
    from baohou.kernel.outbox import worker

    for name in Commands._modules():
        importlib.import_module(f"baohou.config.commands.{name}")
    importlib.import_module("granian.cli")
    importlib.import_module("granian.server.mp")
    _warm()
    once.LEASE = worker.LEASE = LEASE  # type: ignore[misc]
    send.SECONDS_BETWEEN = 1  # type: ignore[misc]
    importlib.import_module("bench.faults.failing")
    from django.db import connection

    assert connection.connection is None, "children would share a connection"


def _warm() -> None:
    """Find the addresses and read the templates and words that each server would at its first requests."""
    from django.template import loader
    from django.urls import get_resolver
    from django.utils import translation

    get_resolver().reverse("login")
    with translation.override("zh-hans"):
        translation.gettext("回访")
        for name in ("guarantee/visit.html", "accountability/waive.html", "guarantee/client.html", "500.html"):
            loader.get_template(name)


def _fork(asked: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        null, out = os.open(os.devnull, os.O_RDONLY), os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(null, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.argv = asked["argv"]
        _WORK[asked["do"]]()
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 1)
    except BaseException:  # noqa: BLE001  (told, and the child ends with it)
        sys.excepthook(*sys.exc_info())
        _leave(1)
    _leave(0)
    return 0


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _baohou() -> None:
    from baohou.config.command import main as command

    command()


def _web() -> None:
    from granian.cli import entrypoint

    from bench.faults.failing import OnRequest

    OnRequest().install()
    entrypoint()


def _found() -> None:
    from bench.faults.company import found

    found(Path(sys.argv[1]), json.loads(sys.argv[2]))


_WORK: Final[dict[str, Callable[[], None]]] = {"baohou": _baohou, "web": _web, "found": _found}

if __name__ == "__main__":
    main()
