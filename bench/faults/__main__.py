"""script/bench faults [--kills N] [--seed N] [--sqlite]: see docs/faults.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench.faults import kills


def main() -> None:
    """Run what is asked for; ends with 1 when anything did not hold."""
    parser = argparse.ArgumentParser(prog="script/bench faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite, which has no server to kill")
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument("--writes", action="store_true", help="fail every write of every verb once, instead")
    parser.add_argument("--durable", action="store_true", help="with fsync, as in production; slower")
    parser.add_argument("--minutes", type=float, default=600.0, help="end before that many kills when time is over")
    given = parser.parse_args()
    if given.writes:
        sys.exit(_fail_writes(sqlite=given.sqlite))
    del given.writes
    folder = Path(tempfile.mkdtemp(prefix="baohou-faults."))
    folder.chmod(0o755)
    os.environ["BAOHOU_VAR"] = str(folder / "var")
    code = kills.run(**vars(given), folder=folder)
    if code == 0:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)


def _fail_writes(*, sqlite: bool) -> int:
    """The tests of tests/upkeep/test_every_write.py with every write, not some."""
    import subprocess

    environ = {**os.environ, "BAOHOU_FAULTS": "whole"}
    environ.pop("DATABASE_URL", None)
    before = [] if sqlite else ["script/with-postgres"]
    tests = ["-m", "pytest", "tests/upkeep/test_every_write.py", "-q", "-n", "0", "--durations", "12"]
    return subprocess.run([*before, sys.executable, *tests], env=environ, check=False).returncode


if __name__ == "__main__":
    main()
