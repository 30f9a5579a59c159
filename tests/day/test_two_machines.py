"""Two machines, one PostgreSQL: a job of one is followed, judged and done once more from the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from baohou.core.errors import Refused
from baohou.day.jobs import Seen, beats, find_latest, get_busy, launching, start, start_again
from baohou.day.jobs.services import AnotherJob
from baohou.day.models import Job, JobState
from baohou.guarantee.imports.jobs import TAKE, wish_of
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services import uploads
from baohou.kernel.audit.models import Act
from baohou.kernel.people.models import Staff

ROOT = Path(__file__).resolve().parents[2]
MANY = 40_000
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite serves one machine"),
]
Processes = dict[int, "subprocess.Popen[bytes]"]


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Jobs are done on another machine: with another var/, but the files of both in one place."""
    files = settings.VAR / "files"
    files.mkdir(exist_ok=True)
    (tmp_path / "files").symlink_to(files)
    at = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items() if value}
    url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    told = {"BAOHOU_VAR": str(tmp_path), "BAOHOU_SECRET_KEY": settings.SECRET_KEY, "PYTHONPATH": str(ROOT / "src")}
    told |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "baohou.config.settings"}
    processes: Processes = {}

    def launch(pk: int) -> None:
        command = [sys.executable, "-m", launching.COMMAND, "job", str(pk)]
        (tmp_path / "jobs").mkdir(exist_ok=True)
        with (tmp_path / "jobs" / f"{pk}.log").open("wb") as log:
            processes[pk] = subprocess.Popen(command, env={**os.environ, **told}, cwd=ROOT, stdout=log, stderr=log)

    monkeypatch.setattr(launching, "launch", launch)
    yield processes
    for one in processes.values():
        one.kill()
        one.wait()


def send(rows: int) -> ImportUpload:
    """A list of staff, sent to this machine."""
    lines = "".join(f"N{n},人{n},业务部,项目经理\n" for n in range(rows))
    content = f"工号,姓名,部门,岗位\n{lines}".encode()
    return uploads.keep_content(kind="staff", name="s.csv", content=content, ending="csv")


def take(upload: ImportUpload, **wish: str) -> Job:
    told = wish_of(upload, how="whole") | wish
    return start(kind=TAKE.code, by="X01", wish=told, name=upload.name, reference=upload.token)


def until(token: str, wanted: Callable[[Seen], bool]) -> Seen:
    """What this machine sees of the job about a file once something is so."""
    for _ in range(6000):
        seen = find_latest(token)
        assert seen is not None
        if wanted(seen):
            return seen
        time.sleep(0.1)
    raise AssertionError(f"still {seen.state} {seen.beat}")


def silent() -> None:
    """As if the job at work had given no sign of life for 31 seconds, by the database's clock."""
    Job.objects.filter(active=True).update(beat_at=Now() - timedelta(seconds=31))


def at_work(seen: Seen) -> bool:
    return seen.state == JobState.RUNNING and seen.beat.what in ("逐行检查", "与已有数据比较", "写入")


def test_a_job_of_the_other_machine_is_followed_to_its_end(other: Processes) -> None:
    """Its progress comes while its own transaction is at work; its result is here, and the file is taken away."""
    upload = send(MANY)
    job = take(upload)
    assert until(upload.token, at_work).beat.what
    assert not Staff.objects.exists() and not (beats.folder() / f"{job.pk}.json").exists()
    done = until(upload.token, lambda seen: not seen.busy)
    assert (done.state, done.job.result["taken"], Staff.objects.count()) == (JobState.DONE, True, MANY)
    assert other[job.pk].wait(timeout=900) == 0 and uploads.find(upload.token) is None


def test_what_broke_on_the_other_machine_is_read_here(other: Processes) -> None:
    """A fault of the program: how it ended and what it said are in the database."""
    upload = send(1)
    job = take(upload, kind="nonsense")
    until(upload.token, lambda seen: not seen.busy)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "KeyError: 'nonsense'" in job.log


def test_a_job_that_beats_elsewhere_is_left_alone_and_a_killed_one_is_done_once_more(other: Processes) -> None:
    """While it beats nobody begins another, though nothing of it lies on this machine; after 30 silent seconds one may."""
    upload = send(MANY)
    victim = take(upload)
    until(upload.token, at_work)
    Job.objects.filter(pk=victim.pk).update(asked_at="2026-01-01T00:00Z", began_at="2026-01-01T00:00Z")
    with pytest.raises(AnotherJob):
        take(upload)
    other[victim.pk].send_signal(signal.SIGKILL)
    other[victim.pk].wait()
    assert get_busy() is not None
    silent()
    seen = find_latest(upload.token)
    assert seen is not None and seen.state == JobState.DEAD and get_busy() is None
    again = start_again(job=victim, by="X01")
    for _ in range(2):
        with pytest.raises(Refused):
            start_again(job=Job.objects.get(pk=victim.pk), by="X01")
        until(upload.token, lambda seen: not seen.busy)
    assert len(other) == 2 and Staff.objects.count() == MANY
    victim.refresh_from_db()
    assert (victim.state, victim.again_id) == (JobState.DEAD, again.pk)


def test_a_machine_that_slept_and_comes_back_writes_nothing(other: Processes) -> None:
    """It was taken for dead and done once more: when it goes on, its connection is gone, and one import stands."""
    upload = send(MANY)
    sleeper = take(upload)
    until(upload.token, at_work)
    other[sleeper.pk].send_signal(signal.SIGSTOP)
    silent()
    start_again(job=sleeper, by="X01")
    other[sleeper.pk].send_signal(signal.SIGCONT)
    assert other[sleeper.pk].wait(timeout=900) != 0
    assert until(upload.token, lambda seen: not seen.busy).state == JobState.DONE
    assert Staff.objects.count() == MANY and Act.objects.filter(verb="import.staff").count() == 1
