"""Kill web, worker, day and database at random while people work, and prove after every few that nothing is wrong."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from bench.faults import proof
from bench.faults.book import Book, Deed, Fate
from bench.faults.house import PATIENCE, House
from bench.faults.sinks import open_sinks
from bench.faults.staff import Worker

WEIGHTS: Final = {"web worker": 5, "web": 4, "sender": 3, "day": 4, "database": 3, "backend": 3}
EVERY: Final = 50
"""After so many kills everybody rests and everything is proven."""
_DAYS: Final = 150
"""The company is founded so long before today: its nights have days to run."""


@dataclass
class Figures:
    """What a run came to; seconds."""

    kills: Counter[str] = field(default_factory=Counter)
    nights: int = 0
    recovery: dict[str, list[float]] = field(default_factory=dict)
    proofs: int = 0
    breaches: list[str] = field(default_factory=list)


class Nights:
    """The nights, one after the other; one that was killed or lost its database is run again."""

    def __init__(self, house: House, begun: date, chance: Random) -> None:
        self.house, self.day, self.chance = house, begun, chance
        self.pid = self.twin = 0
        self.done, self.failed, self.seconds, self.rest, self.since = 0, 0, 1.0, 0.0, 0.0

    def look(self) -> None:
        """Note how a night ended, and begin the next in a while."""
        if self.pid in self.house.codes:
            code = self.house.codes[self.pid]
            if code == 0:
                self.seconds = 0.8 * self.seconds + 0.2 * (time.monotonic() - self.since)
                self.done += 1
                self.day = min(self.day + timedelta(days=1), date.today())
            self.failed += code > 0 and code != 3
            self.pid, self.rest = 0, time.monotonic() + self.chance.uniform(1.0, 6.0)
        elif not self.pid and time.monotonic() > self.rest:
            self.begin()

    def begin(self) -> int:
        """The night at work, begun when there is none; one in five times two are begun at once."""
        if not self.pid:
            told = ("day", "--on", self.day.isoformat())
            self.since = time.monotonic()
            self.pid = self.house.fork("baohou", *told, out="day")
            if self.chance.random() < 0.2:
                self.twin = self.house.fork("baohou", *told, out="day")
        return self.pid

    def to_be_killed(self) -> int:
        """A night, somewhere in its midst."""
        pid = self.begin()
        time.sleep(self.chance.uniform(0, 1.2) * self.seconds)
        return pid

    def finish(self) -> list[str]:
        """Run the night to its end, whatever happened to it before."""
        for pid in (self.pid, self.twin):
            if pid:
                self.house.wait(pid)
        self.pid = self.twin = 0
        code, said = self.house.command("day", "--on", self.day.isoformat())
        return [f"the night of {self.day} was not caught up ({code}): {said[-2000:]}"] if code else []


class Run:
    """One run: the house, the people, and the schedule that the seed gives."""

    def __init__(self, house: House, people: list[dict[str, Any]], begun: date, seed: int, sinks: Any) -> None:
        self.house, self.seed, self.sinks = house, seed, sinks
        self.chance = Random(seed)
        self.nights = Nights(house, begun, Random(f"nights {seed}"))
        self.book, self.pause, self.figures = Book(), threading.Event(), Figures()
        self.workers = [Worker(told, seed, house.port, self.book, self.pause) for told in people]
        self.proven: set[str] = set()

    def kill(self, kills: int, minutes: float) -> None:
        """So many kills, or as many as there is time for; ends early at the first breach."""
        until = time.monotonic() + minutes * 60
        for worker in self.workers:
            worker.start()
        self.recovers("start", time.monotonic())
        while sum(self.figures.kills.values()) < kills and not self.figures.breaches and time.monotonic() < until:
            kind = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            self.let_work(self.chance.expovariate(4.0))
            waits = self.chance.random() < 0.5
            since = time.monotonic()
            if not self.house.strike(kind, self.chance, self.nights.to_be_killed):
                continue
            self.figures.kills[kind] += 1
            if waits:  # otherwise the next one meets it while it comes back
                self.recovers(kind, since)
            if sum(self.figures.kills.values()) % EVERY == 0:
                self.prove(whole=False)
                print(f"… {sum(self.figures.kills.values())} kills, {len(self.proven):,} writes proven", flush=True)
        self.prove(whole=True)

    def let_work(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self.house.keep_up()
            self.nights.look()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(0.05, left))

    def recovers(self, kind: str, since: float) -> None:
        until = time.monotonic() + PATIENCE
        while (answered := self.book.recovered(since)) is None:
            self.let_work(0.02)
            if time.monotonic() > until:
                self.figures.breaches.append(f"LOCKED: nothing was taken for {PATIENCE:.0f} s after {kind} was killed")
                return
        self.figures.recovery.setdefault(kind, []).append(answered - since)

    def prove(self, *, whole: bool) -> None:
        """Have everybody end what is begun, then hold the books against the database."""
        breaches = self.figures.breaches
        self.pause.set()
        until = time.monotonic() + PATIENCE
        while not all(worker.idle.is_set() and not worker.parked for worker in self.workers):
            self.let_work(0.05)
            if time.monotonic() > until:
                stuck = [deed.answers[-2:] for worker in self.workers for deed in worker.parked]
                breaches.append(f"LOCKED: not answered for {PATIENCE:.0f} s although nothing was killed: {stuck[:5]}")
                break
        breaches += self.nights.finish()
        breaches += self._by_the_book(whole=whole)
        breaches += proof.commands(self.house, whole=whole)
        breaches += self.book.strange
        self.figures.proofs += 1
        if not whole:
            for worker in self.workers:
                worker.idle.clear()
            self.pause.clear()

    def _by_the_book(self, *, whole: bool) -> list[str]:
        from django.db import connection

        ended = [*self.book.ended(Fate.TAKEN), *self.book.ended(Fate.REFUSED)]
        fresh = [deed for deed in ended if whole or deed.mark not in self.proven]
        try:
            wrong = proof.counted(fresh) + proof.planned(self.book) + proof.claimed() + proof.held()
            if whole:
                if not proof.drained(PATIENCE):
                    wrong.append("LOCKED: the outbox does not empty")
                wrong += proof.sent(self.sinks)[0]
        finally:
            connection.close()
        if self.house.cluster is None and self.house.is_day_locked():
            wrong.append("LOCKED: the day")
        self.proven.update(deed.mark for deed in ended)
        return wrong

    def tell(self, seconds: float) -> str:
        """The figures."""
        from django.db import connection

        figures, deeds = self.figures, self.book.deeds
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(figures.kills.items()))
        kills = sum(figures.kills.values())
        lines = [f"kills               {kills:,} in {seconds:,.0f} s (seed {self.seed}): {kinds}"] if kills else []
        for fate in (Fate.TAKEN, Fate.REFUSED, Fate.OPEN):
            lines.append(f"{'writes ' + fate.value:<20}{sum(deed.fate is fate for deed in deeds):,}")
        lines.append(f"{'  through a form':<20}{sum(deed.is_of_page and deed.fate is Fate.TAKEN for deed in deeds):,}")
        again = [deed for deed in deeds if deed.lost]
        lines.append(f"{'sent again':<20}{len(again):,} writes, {sum(deed.lost for deed in again):,} times")
        lines.append(f"{'nights run':<20}{self.nights.done:,}, broken off by the database {self.nights.failed}")
        messages = ", ".join(f"{what} {count}" for what, count in sorted(proof.sent(self.sinks)[1].items()))
        lines.append(f"{'messages':<20}{messages}")
        connection.close()
        for kind, those in sorted(figures.recovery.items()):
            lines.append(f"{'back after ' + kind:<24}median {median(those):.2f} s, longest {max(those):.2f} s")
        lines.append(f"{'proofs':<20}{figures.proofs}")
        for word in ("LOST", "DOUBLED", "LOCKED", "DONE THOUGH REFUSED"):
            lines.append(f"{word.lower():<20}{sum(one.startswith(word) for one in figures.breaches)}")
        return "\n".join(lines)

    def ended(self, step: str, folder: Path) -> int:
        """Tell what did not hold, after which step; 1 when there is anything."""
        breaches = self.figures.breaches
        for breach in breaches[:20]:
            print(f"{step}, seed {self.seed}: {breach}", flush=True)
        if breaches:
            _keep(folder, self.book.deeds)
        return 1 if breaches else 0


def run(
    *, kills: int, seed: int, folder: Path, sqlite: bool, durable: bool = False, minutes: float = 600, clients: int = 60
) -> int:
    """Make a company, kill, prove, tell; 1 when anything did not hold. What processes said stays in the folder."""
    with at_work(folder, seed=seed, sqlite=sqlite, durable=durable, clients=clients) as played:
        since = time.monotonic()
        played.kill(kills, minutes)
        print(played.tell(time.monotonic() - since), flush=True)
        return played.ended(f"step {sum(played.figures.kills.values())}", folder)


@contextmanager
def at_work(folder: Path, *, seed: int, sqlite: bool, durable: bool, clients: int) -> Iterator[Run]:
    """A house with its company, served and sending; nobody has begun yet."""
    begun = date.today() - timedelta(days=_DAYS)
    with open_sinks() as sinks:
        house = House(folder, sinks, sqlite=sqlite, durable=durable)
        try:
            house.open()
            told = folder / "people.json"
            wish = json.dumps({"on": begun.isoformat(), "clients": clients, "seed": seed})
            if house.wait(house.fork("found", str(told), wish)):
                raise RuntimeError((folder / "found.log").read_text())
            _set_up(house)
            house.start_web()
            house.start_sender()
            yield Run(house, json.loads(told.read_text()), begun + timedelta(days=1), seed, sinks)
        finally:
            house.close()


def _set_up(house: House) -> None:
    """Have this process look into the house's database."""
    os.environ.update({name: house.environment[name] for name in ("BAOHOU_VAR", "DJANGO_SETTINGS_MODULE")})
    if house.cluster is not None:
        os.environ["DATABASE_URL"] = house.cluster.url
    else:
        os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()


def _keep(folder: Path, deeds: list[Deed]) -> None:
    lines = [json.dumps([deed.mark, deed.kind, deed.fate.value, deed.sent, deed.answers]) for deed in deeds]
    (folder / "book.jsonl").write_text("\n".join(lines))
    print(f"what everybody asked and was answered: {folder / 'book.jsonl'}; logs beside it")
