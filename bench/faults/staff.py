"""Virtual staff: each does what the post does, keeps a book, and sends again what was not answered, as clients do."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from bench.faults.book import Book, Deed, Fate, Step
from bench.faults.broken import HEADER, Broken
from bench.faults.requests import call, form, parts, visit_by_form, visit_with_photos

PARKED: Final = 5
"""So many things unanswered at once, and a person begins nothing new."""
SECONDS: Final = 20.0
"""So long a person waits for an answer."""
_CSRF: Final = "b" * 32
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"


class Worker(threading.Thread):
    """One person at work: ``told`` as company.py wrote it. ``pause`` has everybody end what is begun, and wait."""

    def __init__(self, told: dict[str, Any], seed: int, port: int, book: Book, pause: threading.Event) -> None:
        super().__init__(daemon=True)
        self.told, self.port, self.book, self.pause = told, port, book, pause
        self.chance = Random(f"{seed} {told['number']}")
        self.link: http.client.HTTPConnection | None = None
        self.parked: list[Deed] = []
        self.idle, self.stopped = threading.Event(), threading.Event()
        self.today = ""
        self.seen: dict[str, list[Any]] = {}
        self.sealed: list[int] = []
        self.planned: dict[int, str | None] = {}
        self.marks = 0
        self.broken: Broken | None = None

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stopped.is_set():
            due = [deed for deed in self.parked if deed.again <= time.monotonic()]
            if due:
                self._go_on(due[0])
            elif self.pause.is_set() or len(self.parked) >= PARKED:
                if not self.parked:
                    self.idle.set()
                time.sleep(0.05)
            else:
                self.idle.clear()
                self._begin()

    def _begin(self) -> None:
        try:
            deed = self._choose()
        except (OSError, http.client.HTTPException, ValueError):
            self._hang_up()
            time.sleep(0.1)
            return
        if deed is not None:
            self.parked.append(self.book.begin(deed))
            self._go_on(deed)

    # what to do

    def _choose(self) -> Deed | None:
        if not self.today or self.chance.random() < 0.05:
            self._look_around()
        ways: dict[str, list[Callable[[str], Deed | None]]] = {
            "project_manager": [self._visit, self._visit, self._type_visit, self._plan, self._appeal, self._add],
            "department_manager": [self._grade, self._grade_by_form, self._order, self._order_by_form, self._plan],
            "risk_manager": [self._waive, self._waive_by_form, self._decide, self._grade, self._order],
            "general_manager": [self._waive, self._waive_by_form, self._decide, self._order],
        }
        return self.chance.choice(ways[self.told["post"]])(self._mark())

    def _mark(self) -> str:
        """A word like no other; without digits, which the audit might take for a number to hide."""
        self.marks += 1
        left, word = self.marks, ""
        while left:
            left, digit = divmod(left, len(_LETTERS))
            word = _LETTERS[digit] + word
        return f"mark-{_LETTERS[self.told['number']]}-{word}-end"

    def _client(self) -> tuple[int, str]:
        """A client of one's own, and a day on which it was one."""
        client, first, _guarantee = self.chance.choice(self.told["clients"])
        days = (date.fromisoformat(self.today) - date.fromisoformat(first)).days
        return client, (date.fromisoformat(first) + timedelta(days=self.chance.randrange(max(1, days)))).isoformat()

    def _visit(self, mark: str) -> Deed:
        return visit_with_photos(self.chance, mark, self.told["staff"], *self._client())

    def _type_visit(self, mark: str) -> Deed:
        return visit_by_form(self.chance, mark, self.told["staff"], *self._client())

    def _grade(self, mark: str) -> Deed:
        client, on = self._client()
        body = {"grade": self.chance.choice(["good", "normal", "watch"]), "effective_on": on, "because": mark}
        return self._deed(mark, "grade", call(self.chance, "POST", f"/clients/{client}/grades", body))

    def _grade_by_form(self, mark: str) -> Deed:
        client, on = self._client()
        fields = {"grade": self.chance.choice("123"), "effective_on": on, "because": mark}
        return self._deed(mark, "grade page", form(f"/clients/{client}/grade/", fields))

    def _order(self, mark: str) -> Deed:
        client, on = self._client()
        body = {"urgency": "normal", "ordered_on": on, "because": mark}
        return self._deed(mark, "order", call(self.chance, "POST", f"/clients/{client}/special-orders", body))

    def _order_by_form(self, mark: str) -> Deed:
        client, on = self._client()
        fields = {"urgency": "3", "ordered_on": on, "because": mark}
        return self._deed(mark, "order page", form(f"/clients/{client}/special/", fields))

    def _plan(self, mark: str) -> Deed | None:
        """Another day for a visit of the plan; one that is under way with this person is left alone."""
        busy = {deed.about.get("duty") for deed in self.parked}
        rows = [row for row in self.seen.get("plan", []) if row["may_plan"] and row["key"] not in busy and row["last"]]
        rows = [row for row in rows if row["done_on"] is None and self._is_mine(row["manager_a"]["id"])]
        if not rows:
            return None
        row = self.chance.choice(rows)
        first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        day = first + timedelta(days=self.chance.randrange((last - first).days + 1)) if last >= first else last
        body = {"planned_on": day.isoformat(), "confirmed": True, "note": mark}
        body["seen"] = self.planned.get(row["key"], row["planned_on"])
        path = f"/plans/{self.seen['quarter'][0]}/{self.told['department']}/visits/{row['key']}"
        about = {"duty": row["key"], "planned_on": body["planned_on"]}
        return self._deed(mark, "plan", call(self.chance, "PUT", path, body), about)

    @property
    def _is_manager(self) -> bool:
        return bool(self.told["post"] == "project_manager")

    def _is_mine(self, manager: int) -> bool:
        """Managers plan their own visits, heads those of managers who are not at work: one person plans each visit."""
        return manager == self.told["staff"] if self._is_manager else manager not in self.told["managers"]

    def _appeal(self, mark: str) -> Deed | None:
        story = self._story()
        if story is None:
            return None
        path = f"/penalties/{story['duty']}/{story['staff']['id']}/appeals"
        return self._deed(mark, "appeal", parts(self.chance, path, {"text": mark}, None))

    def _waive(self, mark: str) -> Deed | None:
        story = self._story()
        if story is None:
            return None
        path = f"/penalties/{story['duty']}/{story['staff']['id']}/waivers"
        return self._deed(mark, "waiver", call(self.chance, "POST", path, {"amount_fen": 1, "because": mark}))

    def _waive_by_form(self, mark: str) -> Deed | None:
        """As a browser does: the form is fetched, and sent with what was hidden in it."""
        story = self._story()
        if story is None:
            return None
        address = f"/penalties/{story['duty']}/{story['staff']['id']}/waive/"
        hidden = self._hidden(address)
        if hidden is None:
            return None
        return self._deed(mark, "waiver page", form(address, hidden | {"amount": "0.01", "because": mark}))

    def _decide(self, mark: str) -> Deed | None:
        busy = {deed.about.get("appeal") for deed in self.parked}
        waiting = [one for one in self._get("/appeals?part=waiting&limit=20")["items"] if one["id"] not in busy]
        if not waiting:
            return None
        one = self.chance.choice(waiting)
        verdict = self.chance.choice(["upheld", "reduced"])
        body = {"verdict": verdict, "amount_fen": 1 if verdict == "reduced" else 0, "because": mark}
        step = call(self.chance, "POST", f"/appeals/{one['id']}/decision", body)
        return self._deed(mark, "decision", step, {"appeal": one["id"], "waives": verdict == "reduced"})

    def _add(self, mark: str) -> Deed | None:
        if not self.sealed:
            return None
        visit = self.chance.choice(self.sealed)
        if self.chance.random() < 0.5:
            return self._deed(mark, "addendum page", form(f"/visits/{visit}/add/", {"text": mark}))
        return self._deed(mark, "addendum", call(self.chance, "POST", f"/visits/{visit}/addenda", {"text": mark}))

    def _story(self) -> dict[str, Any] | None:
        stories = [one for one in self.seen.get("penalties", []) if one["net_fen"] > 1000]
        return self.chance.choice(stories) if stories else None

    def _deed(self, mark: str, kind: str, step: Step, about: dict[str, Any] | None = None) -> Deed:
        return Deed(mark, kind, self.told["staff"], [step], about or {})

    # what there is

    def _look_around(self) -> None:
        today = self._get("/today")
        self.today = today["today"]
        day = date.fromisoformat(self.today)
        self.seen["quarter"] = [f"{day.year}Q{(day.month + 2) // 3}"]
        mine = "?whose=mine&limit=50" if self._is_manager else "?limit=50"
        self.seen["penalties"] = self._get(f"/penalties{mine}")["items"]
        if self.told["post"] in ("project_manager", "department_manager"):
            plan = f"/plans/{self.seen['quarter'][0]}/{self.told['department']}/visits?limit=200"
            self.seen["plan"] = self._get(plan)["items"]
            self.planned = {}

    def _get(self, path: str) -> Any:
        status, body, _ = self._send(Step("GET", f"/api/v1{path}", b"", "", key="-"))
        if status != 200:
            if status < 500 and status != 429:
                self.book.wonder(f"GET {path}: {status} {body[:200]!r}")
            raise ValueError(status)
        return json.loads(body)

    def _hidden(self, address: str) -> dict[str, str] | None:
        """The hidden fields of the form on a page."""
        import re

        status, body, _ = self._send(Step("GET", address, b"", ""))
        if status != 200:
            raise ValueError(status)
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body.decode())
        return {name: value for name, value in found if name != "csrfmiddlewaretoken"}

    # sending

    def _go_on(self, deed: Deed) -> None:
        """Send the step that a deed has come to; park it when nobody answered, end it when somebody did."""
        step, sent = deed.steps[deed.at], time.monotonic()
        deed.sent += 1
        fault = self.broken.ask(deed, self.chance) if self.broken else None
        try:
            status, body, where = self._send(step, fault.said if fault else "")
        except (OSError, http.client.HTTPException) as fault:
            self._hang_up()
            self._wait(deed, type(fault).__name__)
            return
        taken = status == 302 if not step.key else status < 300
        if fault and self.broken:
            self.broken.hear(fault, status, taken=taken)
        said = body[:160].decode(errors="replace")
        busy = status == 409 and b"api.idempotency.running" in body
        if busy or status == 429 or status >= 500:
            self._wait(deed, f"{status} {'busy' if busy else ''}")
            return
        deed.answers.append(f"{status} {said if status >= 400 else ''}")
        if status in (401, 403) or (status == 302 and "login" in where):
            self.book.wonder(f"{deed.kind} {step.address}: {status} {where} {said}")
        if taken and deed.at + 1 < len(deed.steps):
            deed.at += 1
            return
        deed.fate = Fate.TAKEN if taken else Fate.REFUSED
        self.parked.remove(deed)
        if taken:
            self.book.hear(sent, time.monotonic())
            self._remember(deed, body)
        time.sleep(self.chance.random() * 0.1)

    def _wait(self, deed: Deed, why: str) -> None:
        deed.lost += 1
        deed.first_loss = deed.first_loss or time.monotonic()
        deed.answers.append(why)
        deed.again = time.monotonic() + min(2.0, 0.2 * deed.lost) * (0.5 + self.chance.random())

    def _remember(self, deed: Deed, body: bytes) -> None:
        if deed.kind == "visit":
            self.sealed = [*self.sealed[-30:], json.loads(body)["id"]]
        if deed.kind == "plan":
            self.planned[deed.about["duty"]] = deed.about["planned_on"]

    def _send(self, step: Step, fails_at: str = "") -> tuple[int, bytes, str]:
        if self.link is None:
            self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Content-Type": step.kind} if step.kind else {}
        if fails_at:
            headers[HEADER] = fails_at
        if step.key:
            headers["Authorization"] = f"Bearer {self.told['token']}"
            headers["Idempotency-Key"] = step.key
        else:
            headers |= {"Cookie": f"sessionid={self.told['session']}; csrftoken={_CSRF}", "X-CSRFToken": _CSRF}
        self.link.request(step.method, step.address, body=step.body or None, headers=headers)
        answer = self.link.getresponse()
        return answer.status, answer.read(), answer.headers.get("Location", "")

    def _hang_up(self) -> None:
        if self.link is not None:
            self.link.close()
        self.link = None
