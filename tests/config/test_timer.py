"""deploy/compose/timer: a systemd timer's part in a container, with a day, a pause and a program of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[2]
BAOHOU = """#!/bin/sh
[ "$1" = migrate ] && exec test -e "$HOME/database"
echo "$@" >>"$HOME/done"
[ "$1" = slow ] && exec /bin/sleep 60
exec test ! -e "$HOME/broken"
"""
SLEEP = """#!/bin/sh
echo "$1" >>"$HOME/pauses"
exec /bin/sleep 0.02
"""


class Trial:
    def __init__(self, home: Path) -> None:
        self.home = home
        for name, text in {
            "baohou": BAOHOU,
            "sleep": SLEEP,
            "date": 'exec /bin/date -d "$(cat $HOME/now) $2" "$3"',
        }.items():
            (home / name).write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
            (home / name).chmod(0o755)
        (home / "database").touch()
        self.at("2026-10-09 00:09")
        self.child: subprocess.Popen[bytes] | None = None

    def at(self, now: str) -> None:
        (self.home / "fresh").write_text(f"{now} +0800")
        (self.home / "fresh").rename(self.home / "now")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        environ = {"PATH": f"{self.home}:/usr/bin:/bin", "HOME": str(self.home), "BAOHOU_VAR": str(self.home / "var")}
        self.child = subprocess.Popen([str(ROOT / "deploy/compose/timer"), *words], env=environ, start_new_session=True)
        return self.child

    def done(self) -> list[str]:
        return self._lines("done")

    def rounds(self, count: int = 3) -> None:
        """Let it pause so often anew."""
        before = len(self._lines("pauses"))
        self._until(lambda: len(self._lines("pauses")) >= before + count)

    def pauses(self) -> set[str]:
        return set(self._lines("pauses"))

    def until_done(self, count: int) -> None:
        self._until(lambda: len(self.done()) >= count)

    def _lines(self, name: str) -> list[str]:
        file = self.home / name
        return file.read_text().splitlines() if file.exists() else []

    @staticmethod
    def _until(met: Callable[[], bool]) -> None:
        until(met, "it never came")


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    one = Trial(tmp_path)
    yield one
    if one.child is not None and one.child.poll() is None:
        os.killpg(one.child.pid, signal.SIGKILL)
        one.child.wait()


def test_each_day_is_done_once_and_from_its_time_on(trial: Trial) -> None:
    """Nine past midnight belongs to the day before; what was missed is done when it is started again."""
    trial.start("%F", "10 minutes", "baohou", "day")
    trial.until_done(1)
    trial.rounds()
    assert trial.done() == ["day"]
    assert (trial.home / "var/timers/day").read_text() == "2026-10-08\n"
    trial.at("2026-10-09 00:10")
    trial.until_done(2)
    trial.rounds()
    assert trial.done() == ["day", "day"]


def test_a_month_begins_on_its_second_night(trial: Trial) -> None:
    trial.at("2026-11-02 02:29")
    trial.start("%Y-%m", "1590 minutes", "baohou", "retention", "--delete", "all")
    trial.until_done(1)
    assert (trial.home / "var/timers/retention").read_text() == "2026-10\n"
    trial.at("2026-11-02 02:30")
    trial.until_done(2)
    trial.rounds()
    assert trial.done() == ["retention --delete all"] * 2


def test_what_failed_is_done_again_when_asked_for(trial: Trial) -> None:
    (trial.home / "broken").touch()
    trial.start("--until-done", "%F", "10 minutes", "baohou", "day")
    trial.until_done(2)
    assert trial.pauses() == {"600"}
    (trial.home / "broken").unlink()
    trial.rounds(4)
    assert (trial.home / "var/timers/day").exists()
    assert "60" in trial.pauses()


def test_a_copy_that_failed_is_made_once_a_night(trial: Trial) -> None:
    """Each try may leave a copy, and the oldest goes for it."""
    (trial.home / "broken").touch()
    trial.start("%F", "90 minutes", "baohou", "backup", "/var/backups/baohou")
    trial.until_done(1)
    trial.rounds()
    assert trial.done() == ["backup /var/backups/baohou"]


def test_nothing_is_begun_before_the_database_is_there(trial: Trial) -> None:
    """After the machine was started anew containers come in any order."""
    (trial.home / "database").unlink()
    trial.start("%F", "90 minutes", "baohou", "backup")
    trial.rounds()
    assert (trial.done(), trial.pauses()) == ([], {"10"})
    (trial.home / "database").touch()
    trial.until_done(1)


def test_being_told_to_end_is_heard_at_once_and_passed_on(trial: Trial) -> None:
    child = trial.start("--until-done", "%F", "10 minutes", "baohou", "slow")
    trial.until_done(1)
    began = time.monotonic()
    child.terminate()
    assert child.wait(900) == 143
    assert time.monotonic() - began < 50, "it would sleep for a minute"
    assert not (trial.home / "var/timers/slow").exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
