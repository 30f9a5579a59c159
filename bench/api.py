"""script/bench api [--clients N] [--sqlite]: how fast the API answers with the first 50 rows of each list.

The portfolio is that of script/bench pages. Server time is what Django takes from the request to the last byte, token
and all, measured in one process. Ends with 1 when a list's median is over the aim.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Any

from bench.pages import POSTGRES, _build, _people

MEDIAN_MS = 25.0
"""The aim, with a million clients."""
LISTS = (
    ("risk_manager", "/worklist"),
    ("department_manager", "/worklist"),
    ("project_manager", "/worklist"),
    ("department_manager", "/planned-visits?since=2026-10-01&until=2026-12-31"),
    ("project_manager", "/planned-visits?since=2026-10-01&until=2026-12-31"),
    ("risk_manager", "/clients"),
    ("department_manager", "/clients"),
    ("project_manager", "/clients"),
    ("risk_manager", "/clients?grade=risk"),
    ("risk_manager", "/clients/{client}/grades"),
    ("risk_manager", "/clients/{client}/time-line"),
    ("risk_manager", "/clients/{client}/measures"),
    ("risk_manager", "/clients/{client}/special-orders"),
    ("risk_manager", "/guarantees"),
    ("risk_manager", "/duties"),
    ("risk_manager", "/duties?state=overdue"),
    ("department_manager", "/duties"),
    ("project_manager", "/duties"),
    ("risk_manager", "/plans/2026Q4/{department}/visits"),
    ("risk_manager", "/visits"),
    ("department_manager", "/visits"),
    ("project_manager", "/visit-drafts"),
    ("risk_manager", "/gradings/2026Q3/{department}/clients"),
    ("risk_manager", "/measure-actions"),
    ("risk_manager", "/watched-clients/2026Q3/{department}"),
    ("risk_manager", "/returned-reports"),
    ("risk_manager", "/penalties"),
    ("risk_manager", "/appeals"),
    ("risk_manager", "/statements/2026-09"),
    ("risk_manager", "/approvals"),
    ("risk_manager", "/staff"),
    ("risk_manager", "/volumes"),
    ("risk_manager", "/moves"),
    ("risk_manager", "/runs"),
    ("risk_manager", "/runs/set-aside"),
    ("risk_manager", "/jobs"),
    ("risk_manager", "/notices"),
    ("admin", "/outbox"),
    ("admin", "/hooks"),
    ("auditor", "/acts"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench api", description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside or "DATABASE_URL" in os.environ:
        sys.exit(_measure(given.clients, given.repeat))
    before = [] if given.sqlite else ["script/with-postgres", "--durable"]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BAOHOU_VAR": folder, "BAOHOU_POSTGRES": POSTGRES, "BAOHOU_API_CALLS": "1000000"}
        inside = [sys.executable, "-m", "bench.api", "--inside"]
        sizes = ["--clients", str(given.clients), "--repeat", str(given.repeat)]
        sys.exit(subprocess.run([*before, *inside, *sizes], env=environ, check=False).returncode)


def _measure(clients: int, repeat: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    from django.db import connection

    importlib.import_module("baohou.config.wsgi")  # all that a web process has loaded

    from baohou.kernel.parties.models import Party
    from baohou.kernel.people.models import Department

    _build(clients)
    _people()
    tokens = _tokens()
    print(f"── {connection.vendor}, {clients:,} clients: milliseconds of {repeat} requests each", flush=True)
    print(f"{'':<70}{'median':>9}{'p95':>9}{'Python':>9}{'queries':>9}")
    over = 0
    known = {"client": Party.objects.earliest("pk").pk, "department": Department.objects.earliest("pk").pk}
    for who, pattern in LISTS:
        path = pattern.format(**known)
        ms, python, queries = _ask(tokens[who], path, repeat)
        late = median(ms) > MEDIAN_MS
        over += late
        said = f"{who:<20}{path:<50}{median(ms):>9.1f}{sorted(ms)[int(len(ms) * 0.95)]:>9.1f}"
        said += f"{median(python):>9.1f}{queries:>9}"
        print(said + ("   over" if late else ""), flush=True)
    return 1 if over else 0


def _tokens() -> dict[str, str]:
    """A token of one of each post."""
    from baohou.kernel.api.tokens import make_own_token, scopes_of
    from baohou.kernel.people.models import Post, Posting, Staff

    found = {}
    for post in (Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER, Post.RISK_MANAGER, Post.ADMIN, Post.AUDITOR):
        number = Posting.objects.filter(post=post).order_by("pk")[0].staff_id
        staff = Staff.objects.get(pk=number)
        made = make_own_token(
            staff=staff, post=post, name="bench", scopes=scopes_of(post), days=30, actor=staff.staff_no, door="command"
        )
        found[post.value] = made.text
    return found


def _ask(token: str, path: str, repeat: int) -> tuple[list[float], list[float], int]:
    """The milliseconds of so many requests, of Python at work in them, and the first one's number of queries."""
    from django.db import connection
    from django.test import Client

    queries: list[str] = []

    def count(execute: Any, sql: str, *others: Any) -> Any:
        queries.append(sql)
        return execute(sql, *others)

    client, address, headers = Client(), f"/api/v1{path}", {"Authorization": f"Bearer {token}"}
    with connection.execute_wrapper(count):
        answer = client.get(address, headers=headers)
    assert answer.status_code == 200, (path, answer.content)
    ms, python = [], []
    for _ in range(repeat):
        begun, worked = time.perf_counter(), time.process_time()
        client.get(address, headers=headers)
        ms.append((time.perf_counter() - begun) * 1000)
        python.append((time.process_time() - worked) * 1000)
    return ms, python, len(queries)


if __name__ == "__main__":
    main()
