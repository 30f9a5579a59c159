"""script/bench day: measure days at several sizes, each on a database of its own."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

SIZES = (10_000, 100_000, 1_000_000)
SQLITE_SIZE = 100_000
POSTGRES = "-c shared_buffers=2GB -c work_mem=64MB -c maintenance_work_mem=512MB -c max_wal_size=16GB"


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench day", description=__doc__)
    parser.add_argument("--clients", type=int, action="append", help="clients; may be given several times")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite only")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _measure(given.inside, given.repeat)
        return
    if not given.sqlite:
        for clients in given.clients or SIZES:
            _run(["script/with-postgres", "--durable"], clients, given.repeat, {"BAOHOU_POSTGRES": POSTGRES})
    if given.sqlite or not given.clients:
        for clients in given.clients or [SQLITE_SIZE]:
            _run([], clients, given.repeat, {})


def _run(before: list[str], clients: int, repeat: int, environment: dict[str, str]) -> None:
    """One size in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, **environment, "BAOHOU_VAR": folder}
        environ.pop("DATABASE_URL", None)
        inside = [sys.executable, "-m", "bench.run", "--inside", str(clients), "--repeat", str(repeat)]
        subprocess.run([*before, *inside], env=environ, check=True)


def _measure(clients: int, repeat: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django

    django.setup()
    from bench.day import main as measure

    measure(clients, repeat)


if __name__ == "__main__":
    main()
