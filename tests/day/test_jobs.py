"""Long work that pages start: one at a time, followed, ended, dead and started again."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.day.jobs import beats, kinds, launching, queries, services
from baohou.day.jobs.kinds import JobKind, Tell, Wish
from baohou.day.jobs.of_day import RUN
from baohou.day.models import Job, JobState, Run
from baohou.kernel.audit import origin
from baohou.kernel.audit.models import Act
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter

__all__ = ["enter"]
ROOT = Path(__file__).resolve().parents[2]
AT_WORK = ("逐行", "比较", "写入")
pytestmark = pytest.mark.django_db


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs for which a process would have been started."""
    asked: list[int] = []
    monkeypatch.setattr(launching, "launch", asked.append)
    monkeypatch.setattr(services, "when_committed", lambda launch: launch())
    return asked


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[Wish, str, Tell], Wish]], str]]:
    """Registers a kind of job that does what is given, for this test."""
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))

    def register(work: Callable[[Wish, str, Tell], Wish]) -> str:
        kinds.register(JobKind("try", "试办", work, lambda wish: "/runs/"))
        return "try"

    yield register


def silent(job: Job, seconds: float) -> None:
    """As if the job had given no sign of life for so long."""
    moment = timezone.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(asked_at=moment, began_at=moment, beat_at=moment)
    sign = beats.folder() / f"{job.pk}.json"
    if sign.exists():
        os.utime(sign, (time.time() - seconds, time.time() - seconds))


def test_a_job_is_done_and_tells_how_far_it_is(started: list[int], kind: Callable[..., str]) -> None:
    """Half of it is behind when it is asked; at the end its result stands and the sign of life is gone."""
    seen: list[tuple[JobState, int, int]] = []

    def work(wish: Wish, by: str, tell: Tell) -> Wish:
        tell("逐行读取", 500, 1000)
        beats.give(started[0], beats.Beat("逐行读取", 500, 1000))
        now = queries.get_busy()
        assert now is not None
        seen.append((now.state, now.beat.done, now.beat.total))
        return {"rows": wish["rows"], "by": by}

    job = services.start(kind=kind(work), by="X01", wish={"rows": 1000}, name="台账.csv")
    assert started == [job.pk]
    waiting = queries.get_busy()
    assert waiting is not None and waiting.state == JobState.QUEUED
    services.work(pk=job.pk)
    job.refresh_from_db()
    assert seen == [(JobState.RUNNING, 500, 1000)]
    assert (job.state, job.active, job.result) == (JobState.DONE, False, {"rows": 1000, "by": "X01"})
    assert queries.get_busy() is None and not (beats.folder() / f"{job.pk}.json").exists()


def test_it_rejects_a_second_one_while_one_is_at_work(started: list[int], kind: Callable[..., str]) -> None:
    """The refusal names what is going on; afterwards the second is started."""
    name = kind(lambda wish, by, tell: {})
    first = services.start(kind=name, by="X01", wish={}, name="台账.csv")
    with pytest.raises(Refused) as refused:
        services.start(kind=name, by="X01", wish={})
    assert "试办 台账.csv" in refused.value.message
    services.work(pk=first.pk)
    assert services.start(kind=name, by="X01", wish={}).pk != first.pk


def test_a_refusal_is_the_outcome(started: list[int], kind: Callable[..., str]) -> None:
    def refuse(wish: Wish, by: str, tell: Tell) -> Wish:
        raise Refused("x", "文件加了密码；请去掉密码再导入", where="a.xlsx")

    job = services.start(kind=kind(refuse), by="X01", wish={})
    services.work(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "a.xlsx：文件加了密码；请去掉密码再导入")


def test_a_fault_of_the_program_is_told_and_raised(started: list[int], kind: Callable[..., str]) -> None:
    def fail(wish: Wish, by: str, tell: Tell) -> Wish:
        raise ZeroDivisionError

    job = services.start(kind=kind(fail), by="X01", wish={})
    with pytest.raises(ZeroDivisionError):
        services.work(pk=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED and "程序的记录" in job.message
    assert "ZeroDivisionError" in job.log


def test_a_silent_one_is_dead_and_can_be_started_again(started: list[int], kind: Callable[..., str]) -> None:
    """29 seconds without a sign of life is nothing; after 31 it is dead, another may begin, and its own end is not heard."""
    job = services.start(kind=kind(lambda wish, by, tell: {"done": True}), by="X01", wish={"n": 1}, reference="abc")
    silent(job, 29)
    with pytest.raises(Refused):
        services.start_again(job=job, by="X01")
    silent(job, 31)
    job.refresh_from_db()
    assert queries.get_busy() is None and queries.see(job).state == JobState.DEAD
    again = services.start_again(job=job, by="X01")
    assert (again.wish, again.reference) == ({"n": 1}, "abc")
    services.work(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DEAD, {})
    services.work(pk=again.pk)
    again.refresh_from_db()
    assert again.result == {"done": True}
    with pytest.raises(Refused):
        services.start_again(job=again, by="X01")
    job.refresh_from_db()
    with pytest.raises(Refused):
        services.start_again(job=job, by="X01")
    assert job.again == again and len(started) == 2


def test_the_page_follows_it_to_its_end(evening: Portfolio, enter: Enter, started: list[int]) -> None:
    """郑辛 starts the day and comes back: it waits, it works, a second is refused, then the page leads to the runs."""
    browser = enter(evening.cast.admin)
    page = str(browser.post("/runs/run/")["Location"])
    assert page == f"/jobs/{started[0]}/"
    assert "等待开始" in browser.get(page).content.decode()
    assert "正在进行" in browser.post("/runs/run/", follow=True).content.decode()
    Job.objects.update(state=JobState.RUNNING, began_at=timezone.now())
    beats.give(started[0], beats.Beat("推算有变动的客户", 40, 100))
    fragment = browser.get(f"{page}progress/").content.decode()
    assert 'value="40"' in fragment and "推算有变动的客户" in fragment
    assert "看进度" in browser.get("/runs/").content.decode()
    Job.objects.update(state=JobState.QUEUED)
    services.work(pk=started[0])
    assert browser.get(f"{page}progress/")["HX-Redirect"] == "/runs/"
    assert "已完成" in browser.get("/jobs/").content.decode()


def test_a_dead_one_says_so_and_is_started_again(evening: Portfolio, enter: Enter, started: list[int]) -> None:
    browser = enter(evening.cast.admin)
    page = str(browser.post("/runs/run/")["Location"])
    silent(Job.objects.get(), 60)
    assert browser.get(f"{page}progress/")["HX-Refresh"] == "true"
    assert "中途停了" in browser.get(page).content.decode()
    assert browser.post(f"{page}again/")["Location"] == f"/jobs/{started[1]}/"
    assert Job.objects.order_by("pk")[0].state == JobState.DEAD


def test_jobs_are_seen_by_who_started_them_and_by_administrators(
    evening: Portfolio, enter: Enter, started: list[int], kind: Callable[..., str]
) -> None:
    """孙戊's own job is hers to see, not 张甲's; only administrators start one again."""
    job = services.start(kind=kind(lambda wish, by, tell: {}), by="S01", wish={}, name="她的")
    assert "她的" in enter(evening.cast.supervisor).get(f"/jobs/{job.pk}/").content.decode()
    assert "她的" in enter(evening.cast.admin).get("/jobs/").content.decode()
    assert enter(evening.cast.a).get(f"/jobs/{job.pk}/").status_code == 404
    assert "她的" not in enter(evening.cast.a).get("/jobs/").content.decode()
    assert enter(evening.cast.supervisor).post(f"/jobs/{job.pk}/again/").status_code == 403
    assert Client().get("/jobs/").status_code == 302


def test_a_process_killed_dead_leaves_nothing_half_done(tmp_path: Path) -> None:
    """A real process imports a file and is killed: nothing of it stands; started again by another, all of it does."""
    environment = {
        **os.environ,
        "BAOHOU_VAR": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "baohou.config.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'base.sqlite3'}",
    }
    command = [sys.executable, "-m", "baohou.config.command"]
    subprocess.run([*command, "migrate"], cwd=ROOT, env=environment, check=True, capture_output=True)
    lines = "".join(f"N{n},人{n},业务部,项目经理\n" for n in range(60_000))
    content = f"工号,姓名,部门,岗位\n{lines}".encode()
    digest = hashlib.sha256(content).hexdigest()
    kept = tmp_path / "files" / digest[:2] / digest
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    wish = '{"token": "t", "kind": "staff", "name": "s.csv", "mapping": "", "how": "whole"}'
    base = sqlite3.connect(tmp_path / "base.sqlite3", isolation_level=None)

    base.execute(
        "INSERT INTO papers_storedfile (id, sha256, size, content_type, kept_at) VALUES (1, ?, ?, 'text/csv', '2026-01-01')",
        [digest, len(content)],
    )
    base.execute(
        "INSERT INTO guarantee_importupload (token, kind, name, mapping, sent_at, file_id)"
        " VALUES ('t', 'staff', 's.csv', '', '9999-01-01', 1)"
    )

    def ask(pk: int) -> subprocess.Popen[bytes]:
        base.execute("UPDATE day_job SET active = 0")
        base.execute(
            "INSERT INTO day_job (id, kind, name, reference, wish, by, state, active, message, result, asked_at)"
            " VALUES (?, 'import.take', '', '', ?, 'X01', 'queued', 1, '', '{}', '2026-01-01')",
            [pk, wish],
        )
        return subprocess.Popen([*command, "job", str(pk)], cwd=ROOT, env=environment)

    victim = ask(1)
    sign = tmp_path / "jobs" / "1.json"
    while victim.poll() is None:
        if sign.exists() and any(stage in sign.read_text() for stage in AT_WORK):
            break
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    told = base.execute("SELECT state FROM day_job WHERE id = 1").fetchone()
    assert told == ("running",) and sign.exists()
    assert base.execute("SELECT count(*) FROM people_staff").fetchone() == (0,)
    assert ask(2).wait(timeout=900) == 0
    assert base.execute("SELECT count(*) FROM people_staff").fetchone() == (60_000,)
    assert base.execute("SELECT state, active FROM day_job WHERE id = 2").fetchone() == ("done", 0)
    assert not (tmp_path / "jobs" / "2.json").exists()


def test_signs_of_life_stand_under_var() -> None:
    assert beats.folder() == settings.VAR / "jobs"


def test_what_a_job_does_says_from_where_it_was_asked(started: list[int], portfolio: Portfolio) -> None:
    """郑辛 starts the day by hand: its acts and its run name 郑辛, the address, the request and the browser."""
    asked_from = origin.Origin("10.1.2.3", "req-1", "Chrome 126 · Windows")
    with origin.coming_from(asked_from):
        job = services.start(kind=RUN.code, by="X01", wish={})
    services.work(pk=job.pk)
    acts = Act.objects.filter(verb__startswith="day.")
    assert {(act.by, act.door, act.ip, act.request, act.agent) for act in acts} == {
        ("X01", "day", "10.1.2.3", "req-1", "Chrome 126 · Windows")
    }
    assert Run.objects.get().by == "X01"
    with origin.coming_from(origin.Origin("10.9.9.9", "req-2", "")):
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
        job.refresh_from_db()
        assert services.start_again(job=job, by="X02").origin["ip"] == "10.9.9.9"


def test_a_day_that_nobody_started_by_hand_names_nobody(portfolio: Portfolio) -> None:
    engine.run(on=date(2026, 10, 20))
    assert {act.by for act in Act.objects.filter(verb__startswith="day.")} == {""}
    assert Run.objects.get().by == ""
