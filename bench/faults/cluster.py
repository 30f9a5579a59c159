"""A PostgreSQL server of its own, to be killed: started, killed at its head or at a backend, started again."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Final

SECONDS: Final = 60.0
_SETTINGS: Final = "-c listen_addresses=127.0.0.1 -c shared_buffers=64MB -c max_connections=60"
_FAST: Final = "-c fsync=off"
"""A process that is killed takes nothing with it that it gave to the kernel; only a power failure needs fsync."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A commit is written before it is told; ``durable``: and is on the disk, too, as in production."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._settings = _SETTINGS if durable else f"{_SETTINGS} {_FAST}"
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self._as = []
        folder.mkdir(parents=True)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._as = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        word = secrets.token_hex(16)
        (folder / "word").write_text(word)
        (folder / "word").chmod(0o644)
        made = ["-D", str(self.data), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={folder / 'word'}"]
        self._run("initdb", *made, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.url = f"postgres://postgres:{word}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers; backends of one that was killed have to be gone first."""
        told = f"{self._settings} -c port={self.port} -c unix_socket_directories={self.folder}"
        until = time.monotonic() + SECONDS
        while True:
            try:
                self._run(
                    "pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-s", "start", "-o", told
                )
            except subprocess.CalledProcessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """SIGKILL to the head: the backends find out and go."""
        os.kill(self._head(), signal.SIGKILL)

    def kill_backend(self, chance: Random) -> bool:
        """SIGKILL to one that serves somebody: the head has all go, recovers, and takes connections again by itself."""
        serving = [pid for pid, title in self._children() if "127.0.0.1" in title]
        if serving:
            os.kill(chance.choice(serving), signal.SIGKILL)
        return bool(serving)

    def stop(self) -> None:
        """End it for good."""
        subprocess.run([*self._as, self._bin / "pg_ctl", "-D", self.data, "stop", "-m", "immediate", "-s"], check=False)

    def _head(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _children(self) -> list[tuple[int, str]]:
        head, found = self._head(), []
        for name in Path(f"/proc/{head}/task/{head}/children").read_text().split():
            try:
                found.append((int(name), Path(f"/proc/{name}/cmdline").read_bytes().decode(errors="replace")))
            except OSError:
                continue
        return found

    def _run(self, tool: str, *arguments: str) -> None:
        with (self.folder / "tools").open("ab") as out:
            subprocess.run([*self._as, str(self._bin / tool), *arguments], check=True, stdout=out, stderr=out, cwd="/")
