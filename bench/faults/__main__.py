"""script/bench faults [--kills N] [--writes [N]] [--seed N] [--sqlite]: see docs/faults.md."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.faults import kills, writes


def main() -> None:
    """Run what is asked for; ends with 1 when anything did not hold."""
    parser = argparse.ArgumentParser(prog="script/bench faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite, which has no server to kill")
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument(
        "--writes", type=int, nargs="?", const=0, help="fail every write instead; N: so many, while people work"
    )
    parser.add_argument("--durable", action="store_true", help="with fsync, as in production; slower")
    parser.add_argument("--minutes", type=float, default=600.0, help="end before that many kills when time is over")
    given = parser.parse_args()
    if given.writes == 0 and (code := _fail_each(sqlite=given.sqlite)):
        sys.exit(code)
    folder = Path(tempfile.mkdtemp(prefix="baohou-faults."))
    folder.chmod(0o755)
    os.environ["BAOHOU_VAR"] = str(folder / "var")
    told = {name: value for name, value in vars(given).items() if name not in ("kills", "writes")}
    if given.writes is None:
        code = kills.run(kills=given.kills, folder=folder, **told)
    else:
        code = writes.run(most=given.writes, folder=folder, **told)
    if code == 0:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)


def _fail_each(*, sqlite: bool) -> int:
    """The tests that fail some writes of each operation and verb, with every write."""
    environ = {**os.environ, "BAOHOU_FAULTS": "whole"}
    environ.pop("DATABASE_URL", None)
    before = [] if sqlite else ["script/with-postgres"]
    tests = [
        f"tests/{name}.py" for name in ("api/test_failing_writes", "api/test_failing_beside", "upkeep/test_every_write")
    ]
    told = [sys.executable, "-m", "pytest", *tests, "-q", "-n", "0", "-rP", "--durations", "12"]
    return subprocess.run([*before, *told], env=environ, check=False).returncode


if __name__ == "__main__":
    main()
