"""The installation that is killed: web server, outbox worker, the night, the database, each a process of its own."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import IO, Any, Final, cast

from bench.faults.cluster import Cluster, free_port
from bench.faults.sinks import Sinks

PATIENCE: Final = 90.0
"""Seconds that anything may take to come back."""


class House:
    """Starts, kills and starts again; what processes said lies in the folder."""

    def __init__(self, folder: Path, sinks: Sinks, *, sqlite: bool, durable: bool = False) -> None:
        self.folder, self.port = folder, free_port()
        self.cluster = None if sqlite else Cluster(folder / "cluster", durable=durable)
        if self.cluster is not None:
            self.cluster.start()
        self.var = folder / "var"
        self.environment = _environment(self.var, sinks, self.cluster)
        self.web = self.sender = 0
        self.codes: dict[int, int] = {}
        self._pids: queue.Queue[int] = queue.Queue()
        self._nursery: subprocess.Popen[str] | None = None

    def open(self) -> None:
        """Start the process that forks the others."""
        command = [sys.executable, "-m", "bench.faults.nursery"]
        with (self.folder / "nursery.log").open("a") as log:
            self._nursery = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        threading.Thread(target=self._listen, args=(self._nursery.stdout,), daemon=True).start()
        self._pids.get(timeout=PATIENCE * 2)

    def _listen(self, said: IO[str]) -> None:
        for line in said:
            told = json.loads(line)
            if "ended" in told:
                self.codes[told["ended"]] = told["code"]
            else:
                self._pids.put(told.get("pid", 0))

    def fork(self, do: str, *argv: str, out: str = "") -> int:
        """Start something: its pid, which heads a group of its own."""
        assert self._nursery is not None
        asked = {"do": do, "argv": [do, *argv], "out": str(self.folder / f"{out or do}.log")}
        cast("IO[str]", self._nursery.stdin).write(json.dumps(asked) + "\n")
        cast("IO[str]", self._nursery.stdin).flush()
        return self._pids.get(timeout=PATIENCE)

    def wait(self, pid: int, seconds: float = PATIENCE * 3) -> int:
        """How something ended (negative: by which signal)."""
        until = time.monotonic() + seconds
        while pid not in self.codes:
            if time.monotonic() > until:
                raise TimeoutError(f"{pid} does not end")
            time.sleep(0.01)
        return self.codes[pid]

    def command(self, *argv: str, out: str = "") -> tuple[int, str]:
        """Run a baohou command: its code, and what it said."""
        name = out or f"command-{time.monotonic_ns()}"
        code = self.wait(self.fork("baohou", *argv, out=name))
        return code, (self.folder / f"{name}.log").read_text(errors="replace")

    # the parts

    def start_web(self) -> None:
        """As `baohou web` starts it."""
        from baohou.config.commands.serve import server_command

        command = server_command(host="127.0.0.1", port=self.port, workers=2)[3:]
        self.web = self.fork("web", *command, "--respawn-failed-workers")

    def start_sender(self) -> None:
        self.sender = self.fork("baohou", "send", "--stay", out="send")

    def keep_up(self) -> None:
        """Start again what has ended, as systemd would."""
        if self.web in self.codes:
            self.end(self.web)
            self.start_web()
        if self.sender in self.codes:
            self.start_sender()

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        try:
            return [int(pid) for pid in Path(f"/proc/{self.web}/task/{self.web}/children").read_text().split()]
        except OSError:
            return []

    def end(self, group: int) -> None:
        """SIGKILL to a process and all its children; just born it does not head its group yet."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(group, signal.SIGKILL)

    def strike(self, kind: str, chance: Random, night: Callable[[], int]) -> bool:
        """Kill one of a kind; False when there was none to kill. ``night`` gives the pid of a night at work."""
        if kind == "web":
            self.end(self.web)
            self.wait(self.web)
            self.start_web()
        elif kind == "web worker":
            serving = self.workers()
            if not serving:
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(serving), signal.SIGKILL)
        elif kind == "sender":
            self.end(self.sender)
            self.wait(self.sender)
            self.start_sender()
        elif kind == "day":
            pid = night()
            if pid in self.codes:
                return False
            self.end(pid)
            return self.wait(pid) == -signal.SIGKILL
        elif self.cluster is None:
            return False
        elif kind == "database":
            self.cluster.kill()
            self.cluster.start()
        else:
            return self.cluster.kill_backend(chance)
        return True

    def is_day_locked(self) -> bool:
        """SQLite: whether anybody holds the lock of the day; the server is asked about its own."""
        path = self.var / "baohou.sqlite3.day-lock"
        if not path.exists():
            return False
        with path.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def close(self) -> None:
        """End everything that was started."""
        for pid in (self.web, self.sender):
            if pid and pid not in self.codes:
                self.end(pid)
        if self._nursery is not None:
            cast("IO[str]", self._nursery.stdin).close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._nursery.wait(10)
            self._nursery.kill()
        if self.cluster is not None:
            self.cluster.stop()


def _environment(var: Path, sinks: Sinks, cluster: Cluster | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BAOHOU_"))}
    sms = {f"BAOHOU_SMS_{name}": "x" for name in ("KEY", "SECRET", "SIGN", "TEMPLATE")}
    told: dict[str, Any] = {
        "BAOHOU_VAR": str(var),
        "BAOHOU_API_CALLS": "1000000",
        "BAOHOU_SMTP_HOST": "127.0.0.1",
        "BAOHOU_SMTP_PORT": str(sinks.mail_port),
        "BAOHOU_SMTP_TLS": "none",
        "BAOHOU_SMS_URL": f"http://127.0.0.1:{sinks.text_port}/",
        "BAOHOU_OUTBOX_FIRST_PAUSE": "1",
        "BAOHOU_OUTBOX_LONGEST_PAUSE": "3",
        "BAOHOU_OUTBOX_TRIES": "30",
        "POLARS_MAX_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "baohou.config.settings",
    }
    database = {"DATABASE_URL": cluster.url} if cluster is not None else {}
    return kept | told | sms | database
