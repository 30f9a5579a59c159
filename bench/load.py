"""script/bench load [--clients N] [--people N] [--minutes M]: an office at work, over HTTP, on PostgreSQL.

So many virtual staff (200) of all posts open pages and write at once on a server as `baohou serve` starts it: each
opens a page, reads it for some twenty seconds, opens the next; one in eight times a manager records a visit or changes
a grade. 112,000 clients have some million duties. Says what a browser waited for, by act, and how much of what was sent
was taken; ends with 1 when the aims are missed or anything answered with a fault.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import uuid4

from baohou.guarantee.rules.words import VisitKind
from bench import answers
from bench.pages import POSTGRES, _await, _build, _free_port

READ_MS, WRITE_MS = 300.0, 500.0
"""The aims: 95 of 100 pages, and 95 of 100 writes, within so many milliseconds."""
READING_SECONDS: Final = 20.0
_POSTS: Final = {
    "project_manager": 0.76,
    "department_manager": 0.12,
    "risk_supervisor": 0.06,
    "risk_manager": 0.02,
    "general_manager": 0.01,
    "admin": 0.01,
    "auditor": 0.02,
}
_CSRF: Final = "b" * 32


@dataclass(frozen=True)
class Worker:
    """A virtual member of staff: the session, and the clients that are this person's to write about."""

    staff: int
    post: str
    session: str
    clients: list[int]


@dataclass
class Waited:
    """Milliseconds by act, and what went wrong."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    taken: int = 0
    refused: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench load", description=__doc__)
    parser.add_argument("--clients", type=int, default=112_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0, help="another one when the database has been worked on before")
    parser.add_argument("--at", type=int, help="the port of an installation that serves this database already")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside or "DATABASE_URL" in os.environ:
        sys.exit(_measure(given.clients, given.people, given.minutes, given.at, given.seed))
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BAOHOU_VAR": folder, "BAOHOU_POSTGRES": POSTGRES}
        said = ("--clients", str(given.clients), "--people", str(given.people), "--minutes", str(given.minutes))
        inside = ["script/with-postgres", "--durable", sys.executable, "-m", "bench.load", "--inside", *said]
        sys.exit(subprocess.run(inside, env=environ, check=False).returncode)


def _measure(clients: int, people: int, minutes: float, at: int | None, seed: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django

    django.setup()
    from django.db import connection

    from baohou.config.commands.serve import server_command
    from baohou.day.queries import get_business_day
    from baohou.kernel.duties.models import Duty

    _build(clients)
    today = get_business_day()
    assert today is not None
    workers = _workers(people)
    print(f"── {connection.vendor}, {clients:,} clients, {Duty.objects.count():,} duties, {people} people", flush=True)
    connection.close()
    if at:
        return _tell(_work(workers, at, today, minutes, seed))
    port = _free_port()
    server = subprocess.Popen(server_command(host="127.0.0.1", port=port, workers=2))
    try:
        _await(port)
        waited = _work(workers, port, today, minutes, seed)
    finally:
        server.terminate()
        server.wait(20)
    return _tell(waited)


def _workers(people: int) -> list[Worker]:
    """So many people of all posts, logged in; managers with clients of their own."""
    from django.contrib.auth.models import User
    from django.test import Client

    from baohou.guarantee.models import Guarantee
    from baohou.kernel.people.models import Posting, Staff

    found = []
    for post, share in _POSTS.items():
        wanted = max(1, round(people * share))
        postings = list(Posting.objects.filter(post=post).select_related("staff").order_by("pk")[:wanted])
        for number in range(wanted - len(postings)):
            staff = Staff.objects.create(staff_no=f"load-{post}-{number}", name=post)
            postings.append(Posting.objects.create(staff=staff, post=post))
        for posting in postings:
            user, _ = User.objects.get_or_create(username=f"load-{posting.staff_id}")
            Staff.objects.filter(pk=posting.staff_id).update(user=user)
            browser = Client()
            browser.force_login(user)
            mine = Guarantee.objects.filter(released_on__isnull=True)
            if post == "project_manager":
                mine = mine.filter(manager_a=posting.staff_id)
            elif post == "department_manager":
                mine = mine.filter(department=posting.department_id)
            own = list(mine.order_by("-pk").values_list("client_id", flat=True)[:200])
            found.append(Worker(posting.staff_id, post, browser.session.session_key or "", sorted(set(own))))
    return found


def _work(workers: list[Worker], port: int, today: date, minutes: float, seed: int) -> Waited:
    """Everybody works until the time is over; the first page of each does not count."""
    waited, until = Waited(), time.monotonic() + minutes * 60
    people = [
        threading.Thread(target=_person, args=(number, worker, port, today, until, waited))
        for number, worker in enumerate(workers, seed * len(workers))
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return waited


def _person(number: int, worker: Worker, port: int, today: date, until: float, waited: Waited) -> None:
    chance = random.Random(number)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(chance.random() * READING_SECONDS)
    first = True
    while time.monotonic() < until:
        act, address, body = _choose(worker, chance, today)
        begun = time.perf_counter()
        try:
            status = _ask(link, worker, address, body)
        except ConnectionError:
            link.close()  # the server closed an idle connection; a browser opens another
            status = _ask(link, worker, address, body)
        if not first:
            waited.ms[act].append((time.perf_counter() - begun) * 1000)
        if status >= 400:
            waited.faults.append(f"{act} {address}: {status}")
        if body is not None:
            waited.taken += status == 302
            waited.refused += status == 200
        first = False
        time.sleep(min(chance.expovariate(1 / READING_SECONDS), max(0.0, until - time.monotonic())))


def _choose(worker: Worker, chance: random.Random, today: date) -> tuple[str, str, dict[str, Any] | None]:
    """What somebody does next: (act, address, what is sent or None)."""
    writes = worker.post in ("project_manager", "department_manager") and worker.clients
    if writes and chance.random() < 1 / 8:
        client = chance.choice(worker.clients)
        if worker.post == "department_manager":
            grade = {"grade": chance.choice("12"), "effective_on": today.isoformat(), "because": "复核"}
            return "write: grade", f"/clients/{client}/grade/", grade
        visit = {**answers.typed(VisitKind.REGULAR), "on": today.isoformat(), "by": worker.staff, "key": str(uuid4())}
        return "write: visit", f"/clients/{client}/visit/", visit
    pages = [("read: my work", "/"), ("read: my work", "/?part=overdue"), ("read: clients", "/clients/")]
    pages += [("read: search", f"/clients/?q=户{chance.randrange(10, 99)}"), ("read: duties", "/duties/?state=overdue")]
    pages += [("read: calendar", "/calendar/"), ("read: penalties", "/penalties/"), ("read: notices", "/notices/")]
    if worker.clients:
        pages += [("read: a client", f"/clients/{chance.choice(worker.clients)}/")] * 3
    act, address = chance.choice(pages)
    return act, address, None


def _ask(link: http.client.HTTPConnection, worker: Worker, address: str, body: dict[str, Any] | None) -> int:
    headers = {"Cookie": f"sessionid={worker.session}; csrftoken={_CSRF}"}
    address = quote(address, safe="/?=&:")
    if body is None:
        link.request("GET", address, headers=headers)
    else:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": _CSRF}
        link.request("POST", address, body=urlencode(body), headers=headers)
    answer = link.getresponse()
    answer.read()
    return answer.status


def _tell(waited: Waited) -> int:
    print(f"{'':<24}{'times':>9}{'median':>9}{'p95':>9}{'worst':>9}   milliseconds until a browser has the answer")
    for act, ms in sorted(waited.ms.items()):
        print(_line(act, ms))
    fine = not waited.faults
    for title, aim in (("read", READ_MS), ("write", WRITE_MS)):
        every = [one for act, ms in waited.ms.items() if act.startswith(title) for one in ms]
        if every:
            print(_line(f"all: {title}", every) + f"   aim {aim:.0f}")
            fine = fine and _p95(every) <= aim
    print(f"of what was sent {waited.taken} were taken, {waited.refused} refused with a reason")
    print(f"faults: {len(waited.faults)}")
    for fault in waited.faults[:10]:
        print(fault)
    return 0 if fine else 1


def _line(act: str, ms: list[float]) -> str:
    return f"{act:<24}{len(ms):>9}{median(ms):>9.1f}{_p95(ms):>9.1f}{max(ms):>9.1f}"


def _p95(ms: list[float]) -> float:
    return sorted(ms)[int(len(ms) * 0.95)]


if __name__ == "__main__":
    main()
