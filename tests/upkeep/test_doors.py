"""What machines and the administrator ask: alive, ready, the metrics, the number of each request, the log, the page."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from baohou.kernel.api.tokens import make_own_token
from baohou.kernel.people.models import Post
from baohou.upkeep import state
from baohou.upkeep.closing import close
from baohou.upkeep.logs import JsonLines, PlainLines
from baohou.upkeep.metrics import counting_together, write_metrics
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db
AWAY = {"REMOTE_ADDR": "203.0.113.9"}
SPOKEN = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


def enter(portfolio: Portfolio, who: str) -> Client:
    """A browser in which one of the cast has logged in; it shows the page of a fault instead of raising it."""
    staff = getattr(portfolio.cast, who)
    staff.user = User.objects.create(username=staff.staff_no)
    staff.save(update_fields=["user"])
    browser = Client(raise_request_exception=False)
    browser.force_login(staff.user)
    return browser


def token_of(portfolio: Portfolio, who: str) -> dict[str, str]:
    """The header of a token of one of the cast."""
    staff = getattr(portfolio.cast, who)
    staff.user = User.objects.create(username=staff.staff_no)
    staff.save(update_fields=["user"])
    made = make_own_token(
        staff=staff, post=Post.PROJECT_MANAGER, name="试", scopes=[], days=1, actor=staff.staff_no, door="page"
    )
    return {"Authorization": f"Bearer {made.text}"}


def gone(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    raise OperationalError("could not connect to server")


def test_alive_asks_nothing_of_the_database() -> None:
    """A process whose database is gone is alive: to start it anew would mend nothing."""
    with connection.execute_wrapper(gone):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().post("/healthz").status_code == 405


def test_ready_when_all_is_there_and_also_while_read_only() -> None:
    assert Client().get("/readyz").json() == {"ready": True, "database": "ok", "migrations": "ok", "disk": "ok"}
    close(because="升级", actor="", door="command")
    assert Client().get("/readyz").status_code == 200, "pages are read, so people may be sent here"


def test_not_ready_without_its_database() -> None:
    """It says so in a word, and nothing of where the database is."""
    with connection.execute_wrapper(gone):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": "unreachable"})


def test_not_ready_before_it_is_migrated() -> None:
    """A release whose tables are not there yet is not sent anybody."""
    MigrationRecorder(connection).record_unapplied("papers", "0003_import_mappings")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "behind")


def test_not_ready_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "free_bytes", lambda: state.FULL_BYTES - 1)
    assert Client().get("/readyz").json()["disk"] == "full"


def test_metrics_are_for_this_machine_or_the_token(settings: Any) -> None:
    """Without a token from here only, and not by way of a proxy; with one, only by it."""
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert Client().get("/metrics", **AWAY).status_code == 404  # type: ignore[arg-type]
    settings.METRICS_TOKEN = "s3cret"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer s3cre"}, **AWAY).status_code == 404  # type: ignore[arg-type]
    assert Client().get("/metrics", headers={"Authorization": "Bearer s3cret"}, **AWAY).status_code == 200  # type: ignore[arg-type]


def test_metrics_are_prometheus_text_that_counts(portfolio: Portfolio) -> None:
    """A page opened once more is counted once more; gauges tell of the installation; no one's name stands in it."""
    browser = enter(portfolio, "a")

    def told() -> tuple[str, dict[str, Any]]:
        text = Client().get("/metrics").content.decode()
        return text, {family.name: family for family in text_string_to_metric_families(text)}

    def asked(families: dict[str, Any]) -> float:
        of = {"route": "clients", "method": "GET", "status": "200"}
        named = families["baohou_requests"].samples
        return sum(one.value for one in named if one.name == "baohou_requests_total" and one.labels == of)

    before = asked(told()[1])
    assert browser.get("/clients/").status_code == 200
    text, families = told()
    assert asked(families) == before + 1
    assert {"baohou_build_info", "baohou_request_seconds", "baohou_disk_free_bytes", "baohou_jobs"} <= families.keys()
    assert all(family.documentation for family in families.values())
    assert "东方钢铁" not in text
    assert "张甲" not in text


def test_metrics_sum_over_the_processes_of_a_machine(tmp_path: Path) -> None:
    """Two processes answer two and three requests: whichever is asked tells of five."""
    code = (
        "import sys, django; django.setup(); from baohou.upkeep import metrics\n"
        "for _ in range(int(sys.argv[1])): metrics.count_request('trial', 'GET', 200, 0.01, 0.001)\n"
        "metrics._Now.collect = lambda self: iter(())\n"
        "print(metrics.write_metrics().decode())"
    )
    env = {"PATH": "/usr/bin:/bin", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "BAOHOU_VAR": str(tmp_path / "var")}
    env["DJANGO_SETTINGS_MODULE"] = "baohou.config.settings"
    said = ""
    for times in ("2", "3"):
        said = subprocess.run(
            [sys.executable, "-c", code, times], env=env, check=True, capture_output=True, text=True
        ).stdout
    samples = [one for family in text_string_to_metric_families(said) for one in family.samples]
    assert [one.value for one in samples if one.name == "baohou_requests_total"] == [5.0]


def test_a_request_keeps_the_number_that_its_proxy_gave() -> None:
    """A well-formed one; anything else is replaced by one that can be read out."""
    given = "0f3b2c9e-6d1a-4f5e"
    assert Client().get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    for bad in ("", "short", "x" * 65, "a b c d e f", '"><script>alert(1)</script>', "-12345678"):
        made = Client().get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert SPOKEN.fullmatch(made), bad


def test_a_fault_on_a_page_tells_its_number(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 with the number that stands in the header and in the log; nothing of the fault itself; no database asked."""
    browser = enter(portfolio, "a")
    lines = _heard(monkeypatch)
    monkeypatch.setattr("baohou.upkeep.middleware.require_writable", _break)
    answer = browser.post("/clients/")
    number = answer.headers["X-Request-ID"]
    page = answer.content.decode()
    assert answer.status_code == 500
    assert SPOKEN.fullmatch(number)
    assert number in page
    assert "东方钢铁" not in page
    assert "Traceback" not in page
    assert any(line.get("number") == number and line.get("fault") for line in map(json.loads, lines))


def test_a_fault_of_the_api_tells_its_number(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    """{code, message, where} as for every failure, with the number in the message."""
    headers = token_of(portfolio, "a")
    monkeypatch.setattr("baohou.guarantee.api.clients.client_for", _break)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/api/v1/clients/{portfolio.steel.pk}", headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (500, "api.internal", "")
    assert f"编号 {answer.headers['X-Request-ID']}" in answer.json()["message"]
    assert "东方钢铁" not in answer.content.decode()


def test_a_refusal_on_a_page_tells_its_number(portfolio: Portfolio) -> None:
    answer = enter(portfolio, "a").get("/system/")
    assert answer.status_code == 403
    assert answer.headers["X-Request-ID"] in answer.content.decode()


def test_the_log_is_one_object_a_line_without_what_people_are_called(
    portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time, number, route, status, milliseconds, staff number; never a name, an identity number, what was searched."""
    browser = enter(portfolio, "a")
    lines = _heard(monkeypatch)
    for address in ("/clients/?q=东方钢铁", f"/clients/{portfolio.steel.pk}/", "/clients/999999/", "/healthz"):
        browser.get(address)
    found = [json.loads(line) for line in lines]
    told = [one for one in found if one["logger"] == "baohou.request"]
    assert [one["route"] for one in told] == ["clients", "clients.one", "clients.one"]
    assert [one["status"] for one in told] == [200, 200, 404]
    for one in told:
        assert one["staff_no"] == "A01"
        assert one["ms"] >= one["database_ms"] >= 0
        assert SPOKEN.fullmatch(one["number"])
    for line in lines:
        assert "\n" not in line
        for personal in ("东方钢铁", "张甲", portfolio.steel.id_no):
            assert personal not in line


def test_a_fault_in_the_log_says_where_and_nothing_that_people_typed() -> None:
    """The words of a database's fault quote values; they are left out, the name of the constraint stays."""
    try:
        raise ValueError('Key "party_id_no" (id_no)=(330106199001011234) 张甲 already exists "13800138000"')
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, __file__, 1, "broken", (), sys.exc_info())
    line = JsonLines().format(record)
    told = json.loads(line)["fault"]
    assert told["type"] == "builtins.ValueError"
    assert "party_id_no" in told["said"]
    assert "test_doors.py" in told["frames"][-1]
    for personal in ("330106199001011234", "张甲", "13800138000"):
        assert personal not in line


def test_the_administrators_page_tells_what_to_see_to(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version, database, disk, last day, work, outbox, copies; what is bad stands first, with what to do."""
    monkeypatch.setattr(state, "free_bytes", lambda: state.FULL_BYTES - 1)
    page = enter(portfolio, "admin").get("/system/").content.decode()
    for part in ("版本", "Django", "数据库", "磁盘", "备份", "日终", "后台", "发件箱"):
        assert part in page, part
    assert "快满了" in page
    assert page.index("快满了") < page.index("数据库结构")
    assert "还没有备份过" in page


def _break(*_: Any, **__: Any) -> Any:
    raise RuntimeError("东方钢铁 is broken")


def _heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the log from now on, as JSON."""
    lines: list[str] = []

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    ear = Hearing()
    ear.setFormatter(JsonLines())
    for name in ("baohou", "django"):
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", [ear])
        monkeypatch.setattr(logger, "level", logging.INFO if name == "baohou" else logging.WARNING)
        monkeypatch.setattr(logger, "propagate", False)
        logger.manager._clear_cache()  # type: ignore[attr-defined]
    return lines


_COUNT = (
    "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'baohou.config.settings');"
    "import django; django.setup();"
    "from baohou.upkeep.metrics import count_request; [count_request('home', 'GET', 200, .1, 0) for _ in range(3)]"
)


def test_the_metrics_of_all_workers_are_one_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers of one server each answer three pages: /metrics says six; what an earlier server counted is gone."""
    monkeypatch.setattr("django.conf.settings.VAR", tmp_path)
    old = tmp_path / "metrics" / "8000" / "counter_1.db"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    surroundings = counting_together(port=8000, workers=2)
    assert not old.exists()
    for _ in range(2):
        subprocess.run([sys.executable, "-c", _COUNT], env=surroundings, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", surroundings["PROMETHEUS_MULTIPROC_DIR"])
    told = text_string_to_metric_families(write_metrics().decode())
    [counted] = [one for one in told if one.name == "baohou_requests"]
    assert [one.value for one in counted.samples if one.labels["route"] == "home"] == [6.0]


def test_one_worker_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.VAR", tmp_path)
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert "PROMETHEUS_MULTIPROC_DIR" not in counting_together(port=8000, workers=1)


PERSONAL = ("330106199001011234", "张甲", "13800138000")


def test_plain_lines_tell_no_more_than_those_of_json() -> None:
    """A fault's traceback, and a fault that a sentence of the log names, are masked whatever the form."""
    try:
        raise ValueError('Key "party_id_no" (id_no)=(330106199001011234) 张甲 already exists "13800138000"')
    except ValueError as fault:
        made = logging.getLogger("x").makeRecord
        broken = made("x", logging.ERROR, __file__, 1, "broken", (), sys.exc_info())
        named = made("x", logging.WARNING, __file__, 1, "acts wait: %s", (fault,), None)
    for form in (PlainLines("%(levelname)s %(name)s %(message)s"), JsonLines()):
        for record in (broken, named):
            line = form.format(record)
            assert not [one for one in PERSONAL if one in line], (type(form), line)
            assert "party_id_no" in line
        assert "test_doors.py" in form.format(broken)


def test_a_command_that_breaks_says_where_and_nothing_that_people_typed() -> None:
    """What a job of the background says when it breaks stands in var/jobs; cron keeps what a command says."""
    code = (
        "from baohou.config import command; import click;"
        "command.baohou = click.Command('x', callback=lambda: int('张甲 330106199001011234'));"
        "command.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError" in done.stderr and "command.py" in done.stderr
    assert not [one for one in PERSONAL if one in done.stderr + done.stdout]
