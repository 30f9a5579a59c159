"""script/bench pages [--clients N] [--sqlite]: how fast each list page answers, alone and with 16 people at once.

Builds the portfolio of bench/portfolio.py with its days run (or finds it in the database of DATABASE_URL, so that it
can be kept between runs), sits down as each kind of post, asks for every list page. Server time is what Django takes
from the request to the last byte, measured in one process; with 16 people at once it is what a browser would wait for,
over HTTP, each reading for a second between two pages. Ends with 1 when a page alone is slower than the aims.
"""

from __future__ import annotations

import argparse
import http.client
import importlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

POSTGRES = "-c shared_buffers=2GB -c work_mem=64MB -c maintenance_work_mem=512MB -c max_wal_size=16GB"
MEDIAN_MS, P95_MS, SEARCH_MS = 60.0, 150.0, 100.0
"""The aims: of a page's median, of its 95th percentile, and of a search's median."""
PEOPLE, PAGES_EACH, READING_SECONDS = 16, 12, 1.0


@dataclass(frozen=True)
class Page:
    """A page as somebody opens it."""

    who: str
    name: str
    address: str
    search: bool = False


@dataclass
class Figure:
    """How a page answered: milliseconds of each request, those in which Python was at work, its number of queries."""

    page: Page
    ms: list[float]
    python: list[float]
    queries: int

    @property
    def p95(self) -> float:
        return sorted(self.ms)[int(len(self.ms) * 0.95)]

    @property
    def fine(self) -> bool:
        return median(self.ms) <= (SEARCH_MS if self.page.search else MEDIAN_MS) and self.p95 <= P95_MS

    def line(self) -> str:
        said = f"{self.page.who:<20}{self.page.name:<34}{median(self.ms):>9.1f}{self.p95:>9.1f}"
        said += f"{median(self.python):>9.1f}{self.queries:>9}"
        return said + ("" if self.fine else "   over")


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench pages", description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite")
    parser.add_argument("--alone", action="store_true", help="without the 16 people")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside or "DATABASE_URL" in os.environ:
        sys.exit(_measure(given.clients, given.repeat, alone=given.alone))
    before = [] if given.sqlite else ["script/with-postgres", "--durable"]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BAOHOU_VAR": folder, "BAOHOU_POSTGRES": POSTGRES}
        sizes = ["--clients", str(given.clients), "--repeat", str(given.repeat), *(["--alone"] if given.alone else [])]
        inside = [sys.executable, "-m", "bench.pages", "--inside", *sizes]
        sys.exit(subprocess.run([*before, *inside], env=environ, check=False).returncode)


def _measure(clients: int, repeat: int, *, alone: bool) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    from django.db import connection

    importlib.import_module("baohou.config.wsgi")  # all that a web process has loaded

    _build(clients)
    sessions = _people()
    pages = _pages(clients)
    print(f"── {connection.vendor}, {clients:,} clients: milliseconds of {repeat} requests each", flush=True)
    print(f"{'':<54}{'median':>9}{'p95':>9}{'Python':>9}{'queries':>9}")
    figures = []
    for page in pages:
        figures.append(_alone(page, sessions[page.who], repeat))
        print(figures[-1].line(), flush=True)
    if not alone:
        _together(pages, sessions)
    return 0 if all(figure.fine for figure in figures) else 1


def _build(clients: int) -> None:
    """The portfolio with its days run, unless the database has it."""
    from django.core.management import call_command
    from django.db import connection

    from baohou.day import engine
    from baohou.day.queries import get_business_day
    from baohou.kernel.parties.models import Party
    from baohou.kernel.rulebook.services import load_shipped
    from bench.day import ORDINARY
    from bench.portfolio import Size, build

    call_command("migrate", verbosity=0)
    load_shipped(door="command")
    if not Party.objects.exists():
        build(Size(clients))
    if get_business_day() is None:
        engine.run(on=ORDINARY)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")


def _people() -> dict[str, Any]:
    """One of each post, logged in: by post, the test browser."""
    from django.contrib.auth.models import User
    from django.test import Client

    from baohou.kernel.people.access import REACH
    from baohou.kernel.people.models import Department, Post, Posting, Staff

    for post in set(REACH) - {Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER}:
        staff, new = Staff.objects.get_or_create(staff_no=f"bench-{post.value}", defaults={"name": post.label})
        if new:
            Posting.objects.create(staff=staff, post=post, department=Department.objects.order_by("pk").first())
    sessions = {}
    for post in REACH:
        posting = Posting.objects.filter(post=post).select_related("staff").order_by("pk")[0]
        user, _ = User.objects.get_or_create(username=f"bench-{post.value}")
        Staff.objects.filter(pk=posting.staff_id).update(user=user)
        sessions[post.value] = Client()
        sessions[post.value].force_login(user)
    return sessions


def _pages(clients: int) -> list[Page]:
    from baohou.kernel.people.access import REACH
    from baohou.kernel.people.models import Department, Post

    department = Department.objects.order_by("pk")[0].pk
    own = [Page(post.value, "my work", "/") for post in REACH]
    own += [Page(who, "clients", "/clients/") for who in (Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER)]
    wide = {
        "my work, a kind": "/?kind=regular_visit",
        "my work, overdue": "/?part=overdue",
        "my work, unowned": "/?of=unowned",
        "clients": "/clients/",
        "clients, page by page": f"/clients/?after={clients // 2}",
        "clients, good": "/clients/?grade=good",
        "clients, normal": "/clients/?grade=normal",
        "clients, risk": "/clients/?grade=risk",
        "clients of a department": f"/clients/?department={department}",
        "clients of a manager": "/clients/?manager=3",
        "clients, risk of a department": f"/clients/?department={department}&grade=risk",
        "clients with released ones": "/clients/?released=1",
        "penalties": "/penalties/",
        "penalties of a month": "/penalties/?month=2026-09",
        "penalties of a person": "/penalties/?staff=S3",
        "reports": "/reports/",
        "reports of a quarter": "/reports/2026Q3/",
        "a department's reports": f"/reports/2026Q3/{department}/",
        "runs": "/runs/",
    }
    found = {
        "search a rare name": f"客户{clients // 3}有",
        "search part of names": f"户{clients // 3}"[:5],
        "search a common word": "有限公司",
        "search two characters": "户9",
        "search what nobody is called": "钢铁",
        "search initials": f"kh{clients // 3}",
        "search short initials": "kh9",
        "search an identity number": f"X:{clients // 7}",
        "search a project": f"P{clients // 5}",
    }
    wide_pages = [Page(Post.RISK_MANAGER, name, address) for name, address in (wide | _of_rooms(department)).items()]
    searches = [Page(Post.RISK_MANAGER, name, f"/clients/?q={words}", search=True) for name, words in found.items()]
    narrow = [Page(Post.DEPARTMENT_MANAGER, "search short initials", "/clients/?q=kh9", search=True)]
    narrow += [
        Page(Post.DEPARTMENT_MANAGER, "penalties", "/penalties/"),
        Page(Post.PROJECT_MANAGER, "penalties", "/penalties/"),
    ]
    return [*own, *wide_pages, *searches, *narrow]


def _of_rooms(department: int) -> dict[str, str]:
    """What the rooms show to the risk department: sums, lists of duties, plans, tables, papers."""
    return {
        "risk": "/risk/",
        "overview": "/overview/",
        "guarantees": "/guarantees/",
        "guarantees of a bank": "/guarantees/?bank=x",
        "duties": "/duties/",
        "duties overdue": "/duties/?state=overdue",
        "duties of a clause": "/duties/?kind=PGM.7",
        "duties of a department": f"/duties/?department={department}",
        "duties of a grade": "/duties/?grade=risk",
        "visits late in a quarter": "/duties/?kind=visits&state=overdue&quarter=2026Q3",
        "plans": "/plan/",
        "a department's plan": f"/plan/2026Q4/{department}/",
        "grading": "/grading/",
        "a department's grading": f"/grading/2026Q3/{department}/",
        "hand-overs": "/handover/",
        "archive": "/archive/",
        "appeals": "/appeals/",
        "calendar": "/calendar/",
    }


def _alone(page: Page, browser: Any, repeat: int) -> Figure:
    """One request after another, nobody else there; the first, which warms what is cached, does not count."""
    from django.db import connection

    queries: list[str] = []

    def count(execute: Any, sql: str, *others: Any) -> Any:
        queries.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(count):
        assert browser.get(page.address, follow=True).status_code == 200, page
    ms, python = [], []
    for _ in range(repeat):
        begun, worked = time.perf_counter(), time.process_time()
        browser.get(page.address, follow=True)
        ms.append((time.perf_counter() - begun) * 1000)
        python.append((time.process_time() - worked) * 1000)
    return Figure(page, ms, python, len(queries))


def _together(pages: list[Page], sessions: dict[str, Any]) -> None:
    """So many people open pages at once on a real server, each reading for a while between two."""
    from baohou.config.commands.serve import server_command

    port = _free_port()
    server = subprocess.Popen(server_command(host="127.0.0.1", port=port, workers=2))
    try:
        _await(port)
        ms: dict[str, list[float]] = defaultdict(list)
        people = [threading.Thread(target=_person, args=(n, port, pages, sessions, ms)) for n in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join()
    finally:
        server.terminate()
        server.wait(20)
    every = sorted(one for those in ms.values() for one in those)
    print(f"{PEOPLE} people at once, {len(every)} pages, milliseconds until a browser has the page")
    for name, those in sorted(ms.items(), key=lambda one: -median(one[1])):
        print(f"{name:<54}{median(those):>9.1f}{max(those):>9.1f}   (median, worst of {len(those)})")
    print(f"{'all':<54}{median(every):>9.1f}{every[int(len(every) * 0.95)]:>9.1f}   (median, p95)", flush=True)


def _person(number: int, port: int, pages: list[Page], sessions: dict[str, Any], ms: dict[str, list[float]]) -> None:
    chance = random.Random(number)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for turn in range(PAGES_EACH + 1):
        page = chance.choice(pages)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in sessions[page.who].cookies.items())
        begun = time.perf_counter()
        link.request("GET", _quoted(page.address), headers={"Cookie": cookie})
        link.getresponse().read()
        if turn:
            ms[f"{page.who} {page.name}"].append((time.perf_counter() - begun) * 1000)
        time.sleep(chance.random() * 2 * READING_SECONDS)


def _quoted(address: str) -> str:
    from urllib.parse import quote

    return quote(address, safe="/?=&:")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
