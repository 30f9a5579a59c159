"""Random worlds: a few clients, dense events over some months with quarter and year ends, several versions, later changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.model import (
    SHIPPED,
    Appointment,
    ExceptionTo,
    Facts,
    Filing,
    GradeChange,
    Guarantee,
    Order,
    Parameter,
    Posting,
    Version,
    Visit,
)
from tests.oracle.script import Act, World, key

DEPARTMENTS = ("业务一部", "业务二部", "业务三部")
PROJECT_MANAGERS = ("S01", "S02", "S03", "S04")
DEPARTMENT_MANAGERS = ("M01", "M02", "M03", "M04")
PRODUCTS = ("", "流动资金贷款担保", "票据担保")
GRADES = ("good", "normal", "watch", "risk")
KINDS = ("routine", "regular", "special")
FILINGS = ("classification_report", "visit_plan", "hand_over")
PROJECT_NUMBERS = ("P-9", "P-10", "p-1", "担保2026-1", "P-1０", "A1", "a", "Z", "P-2", "é", "项-7", "P-100")
DAY = timedelta(days=1)


class Maker:
    """Makes one world from a source of chance; days are drawn near the days on which something turns."""

    def __init__(self, rng: Random, *, like: Maker | None = None) -> None:
        """``like``: within the same days as another maker's world."""
        self.rng = rng
        self.first = like.first if like else date(2025, 9, 1) + timedelta(days=rng.randrange(0, 200))
        self.last = like.last if like else self.first + timedelta(days=rng.choice((60, 120, 200, 300, 460)))
        self.turning = [d for d in self.days() if d.day == 1 or (d + DAY).day == 1 or d.day == 10]

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, low: date | None = None) -> date:
        """A day, most often one on which something turns, or the one before or after it."""
        if self.chance(0.75):
            found = self.rng.choice(self.turning) + self.rng.choice((-DAY, DAY * 0, DAY * 0, DAY))
        else:
            found = self.first + timedelta(days=self.rng.randrange((self.last - self.first).days + 1))
        found = min(max(found, self.first), self.last)
        if low is not None and found < low:
            found = low + timedelta(days=self.rng.randrange(0, 40))
        return found

    def turns(self, *days: date) -> None:
        self.turning.extend(d for d in days if self.first <= d <= self.last)

    def versions(self) -> tuple[Version, ...]:
        """One to three versions, touching each other; the first may begin late and the last may end."""
        begin = self.first - timedelta(days=100)
        if self.chance(0.2):
            begin = self.day()
        turns = sorted({begin, *(self.day() for _ in range(self.rng.randrange(0, 3)))})
        turns = [d for d in turns if d >= begin]
        self.turns(*turns)
        ends: list[date | None] = [*turns[1:], None]
        if self.chance(0.1):
            ends[-1] = max(self.day(), turns[-1] + DAY)
        return tuple(self.version(f"v{n}", d, e) for n, (d, e) in enumerate(zip(turns, ends, strict=True)))

    def version(self, name: str, begin: date, end: date | None) -> Version:
        pick = self.rng.choice
        values: dict[tuple[str, str], Any] = dict(SHIPPED)
        if self.chance(0.6):
            values["PGM.3", "days_after_issue"] = pick((0, 1, 7, 10, 15, 30, 45))
            for grade in GRADES:
                values["PGM.4", f"{grade}_months"] = pick((0, 1, 1, 2, 3, 3, 4, 6, 12))
            for urgency in ("urgent", "high", "normal"):
                values["PGM.5", f"{urgency}_days"] = pick((0, 1, 3, 7, 14))
            values["PGM.7", "default_grade"] = pick(GRADES)
            values["PGM.9", "day_of_quarter"] = pick((1, 5, 10, 15, 28))
            values["PGM.11", "day_of_quarter"] = pick((1, 5, 10, 15, 28))
        if self.chance(0.6):
            values["PGM.12", "yuan"] = pick((5000, 5050, 6000, 1))
            values["PGM.13", "yuan"] = pick((10000, 9999, 20000))
            values["PGM.14", "yuan"] = pick((10000, 12345))
        parameters = {name_: Parameter(value) for name_, value in values.items()}
        if self.chance(0.5):
            parameters["PGM.3", "days_after_issue"] = Parameter(
                values["PGM.3", "days_after_issue"], self.exceptions(("department", "product"), (2, 5, 20))
            )
        for clause in ("PGM.12", "PGM.13", "PGM.14"):
            if self.chance(0.3):
                exceptions = self.exceptions(("department",), (7000, 333))
                parameters[clause, "yuan"] = Parameter(values[clause, "yuan"], exceptions)
        return Version(name, begin, end, parameters)

    def exceptions(self, about: tuple[str, ...], values: tuple[int, ...]) -> tuple[ExceptionTo, ...]:
        """One to three exceptions in any order; where several could hold, a later one goes over the earlier ones."""
        words = {"department": DEPARTMENTS, "product": PRODUCTS[1:]}
        first = {name: (self.rng.choice(words[name]),) for name in about[: self.rng.randrange(1, 3)]}
        found = [ExceptionTo("甲", first, self.rng.choice(values))]
        if self.chance(0.5):
            second = {name: tuple(self.rng.sample(words[name], 2)) for name in about[-1:]}
            found.append(ExceptionTo("乙", second, self.rng.choice(values), over=("甲",)))
        if len(found) == 2 and self.chance(0.5):
            third = {about[0]: tuple(self.rng.sample(words[about[0]], 2))}
            found.append(ExceptionTo("丙", third, self.rng.choice(values), over=("乙", "甲")))
        self.rng.shuffle(found)
        return tuple(found)

    def postings(self) -> list[Posting]:
        """Department managers who come and go; no two take a post on the same day. One department may have none."""
        found = [
            Posting(s, self.rng.choice(DEPARTMENTS), "project_manager", date(1900, 1, 1)) for s in PROJECT_MANAGERS
        ]
        taken: set[date] = set()
        for n, staff in enumerate(DEPARTMENT_MANAGERS):
            since = {date(1900, 1, 1) + n * DAY} if self.chance(0.7) else set()
            since |= {self.day() for _ in range(self.rng.randrange(0, 3))}
            for on in sorted(since - taken):
                post = "department_manager" if self.chance(0.8) else "risk_manager"
                department = None if post == "risk_manager" else self.rng.choice(DEPARTMENTS[: 2 + n % 2])
                found.append(Posting(staff, department, post, on))
            taken |= since
        return found

    def guarantee(self, client: str, project_no: str, others: list[Guarantee]) -> Guarantee:
        """A guarantee; often issued on the day another one of the client was issued or released."""
        issued_on = self.day()
        touching = [d for g in others if g.client == client for d in (g.issued_on, g.released_on) if d is not None]
        if touching and self.chance(0.5):
            issued_on = self.rng.choice(touching) + self.rng.choice((DAY * 0, DAY * 0, DAY, -DAY))
        released_on = None
        if self.chance(0.6):
            offset = self.rng.choice((1, 7, 15, 16, 30, 45, 90, 200))
            released_on = issued_on + timedelta(days=offset) if self.chance(0.5) else self.day(issued_on + DAY)
            released_on = max(released_on, issued_on + DAY)
        self.turns(issued_on, issued_on + 15 * DAY, *([released_on] if released_on else []))
        return Guarantee(
            project_no,
            client,
            self.rng.choice(DEPARTMENTS),
            self.rng.choice(PROJECT_MANAGERS),
            issued_on,
            released_on,
            self.rng.choice(PRODUCTS),
        )

    def of_client(self, client: str, own: list[Guarantee], everybodys: list[Guarantee]) -> list[Any]:
        """Grades, orders, visits and appointments of one client, a few of them nonsense."""
        found: list[Any] = []
        many = self.rng.choice((1, 3, 6))
        for _ in range(self.rng.randrange(0, many + 1)):
            found.append(GradeChange(client, self.rng.choice(GRADES), self.day()))
        for _ in range(self.rng.randrange(0, 3)):
            since = min(g.issued_on for g in own) if self.chance(0.8) else None
            order = Order(client, self.day(since), self.rng.choice(("urgent", "high", "normal")))
            self.turns(order.ordered_on, order.ordered_on + 3 * DAY)
            found.append(order)
            if self.chance(0.6):
                days = self.rng.choice((-1, 0, 1, 2, 3, 4, 7, 8))
                found.append(Visit(client, order.ordered_on + timedelta(days=days), "special"))
        for _ in range(self.rng.randrange(0, 2 * many + 1)):
            found.append(self.visit(client, own, everybodys))
        for g in own:
            for _ in range(self.rng.choice((0, 0, 1, 2))):
                found.append(Appointment(g.project_no, self.rng.choice(PROJECT_MANAGERS), self.day()))
        return found

    def visit(self, client: str, own: list[Guarantee], everybodys: list[Guarantee]) -> Visit:
        kind = self.rng.choice(KINDS)
        on = self.day()
        g = self.rng.choice(own)
        if self.chance(0.4):
            on = g.issued_on + timedelta(days=self.rng.choice((-1, 0, 1, 14, 15, 16)))
        if kind == "routine" and self.chance(0.05):
            g = self.rng.choice(everybodys)
        named = kind == "routine" or self.chance(0.2)
        return Visit(client, on, kind, g.project_no if named else None)

    def filings(self) -> list[Filing]:
        quarters = [d for d in self.days() if (d + DAY).day == 1 and d.month % 3 == 0]
        found = []
        for quarter in quarters:
            for department in DEPARTMENTS:
                for kind in FILINGS:
                    if self.chance(0.5):
                        on = quarter + timedelta(days=self.rng.choice((-3, 0, 1, 5, 9, 10, 11, 12, 40)))
                        found.append(Filing(department, quarter, kind, on))
        return found

    def facts(self, *, versions: tuple[Version, ...] | None = None) -> Facts:
        """All facts of a world, each key once; under its own rules or the given ones."""
        versions = self.versions() if versions is None else versions
        clients = [f"X:C{n}" for n in range(self.rng.choice((1, 1, 2, 4)))]
        numbers = self.rng.sample(PROJECT_NUMBERS, len(PROJECT_NUMBERS))
        guarantees: list[Guarantee] = []
        for client in clients:
            for _ in range(self.rng.choice((1, 1, 2, 3))):
                guarantees.append(self.guarantee(client, numbers.pop(), guarantees))
        found: dict[tuple[Any, ...], Any] = {}
        others = [f for c in clients for f in self.of_client(c, [g for g in guarantees if g.client == c], guarantees)]
        for fact in [*others, *self.filings(), *self.postings()]:
            found[(type(fact), *key(fact))] = fact
        go_live = self.day() if self.chance(0.2) else None

        def of(kind: type) -> tuple[Any, ...]:
            return tuple(f for f in found.values() if isinstance(f, kind))

        return Facts(
            tuple(guarantees),
            of(Appointment),
            of(GradeChange),
            of(Visit),
            of(Order),
            of(Filing),
            of(Posting),
            versions,
            go_live=go_live,
            departments=DEPARTMENTS,
        )


def dated(fact: Any) -> date:
    """The day of a fact."""
    for name in ("issued_on", "effective_on", "visited_on", "ordered_on", "filed_on"):
        if hasattr(fact, name):
            return getattr(fact, name)
    raise TypeError(fact)


def changed(maker: Maker, fact: Any) -> Any | None:
    """The fact as it is later corrected (its key stays), or None where it is removed."""
    pick = maker.rng.choice
    match fact:
        case Guarantee():
            what = pick(("released_on", "released_on", "manager_a", "department", "product", "issued_on"))
            if what == "issued_on":
                on = fact.issued_on + timedelta(days=pick((-31, -1, 1, 3)))
                return replace(fact, issued_on=on) if not fact.released_on or on < fact.released_on else fact
            if what == "released_on":
                return replace(fact, released_on=pick((None, maker.day(fact.issued_on + DAY))))
            values = {"manager_a": PROJECT_MANAGERS, "department": DEPARTMENTS, "product": PRODUCTS}
            return replace(fact, **{what: pick(values[what])})
        case GradeChange():
            return pick((None, replace(fact, grade=pick(GRADES))))
        case Appointment():
            return pick((None, replace(fact, manager_a=pick(PROJECT_MANAGERS))))
        case Order():
            return pick((None, replace(fact, urgency=pick(("urgent", "high", "normal")))))
        case Filing():
            return pick((None, replace(fact, filed_on=fact.filed_on + timedelta(days=pick((-5, -1, 1, 5))))))
    return None


def make_facts(rng: Random) -> Facts:
    """All facts of one random world."""
    return Maker(rng).facts()


def make_days(rng: Random, facts: Facts, count: int) -> list[date]:
    """Days to look at a world from, near those on which something turns."""
    maker = Maker(rng)
    days = [dated(g) for g in facts.guarantees] + [g.released_on for g in facts.guarantees if g.released_on]
    maker.turning += [d for on in days for d in (on, on + 15 * DAY, on + 16 * DAY)]
    low = min(days)
    found = [maker.rng.choice(maker.turning) + rng.choice((DAY * 0, DAY)) for _ in range(count)]
    return [max(d, low) for d in found]


def make_world(rng: Random) -> World:
    """A world that comes to be known bit by bit: most facts on their day, some early, some late, some corrected later."""
    maker = Maker(rng)
    return told_bit_by_bit(maker, maker.facts())


def told_bit_by_bit(maker: Maker, facts: Facts) -> World:
    """How the facts come to be known, and on which days the day is run."""
    rng = maker.rng
    start = facts.but(guarantees=(), appointments=(), grades=(), visits=(), orders=(), filings=(), postings=())
    acts: list[Act] = []
    known_on: dict[str, date] = {}
    for name in ("guarantees", "appointments", "grades", "visits", "orders", "filings", "postings"):
        for fact in getattr(facts, name):
            told = story(maker, fact, known_on)
            if isinstance(fact, Guarantee):
                known_on[fact.project_no] = told[0].on
            acts.extend(told)
    acts.sort(key=lambda act: act.on)
    ending = maker.last + timedelta(days=rng.choice((0, 1, 20, 100)))
    runs = sorted({maker.day() for _ in range(rng.randrange(1, 7))} | {a.on for a in acts if maker.chance(0.15)})
    runs = [d for d in runs if d < ending]
    if maker.chance(0.3):
        runs.append(ending)
    return World(start, tuple(acts), (*runs, ending))


def make_crowd(rng: Random, size: int, *, runs: int = 12) -> list[World]:
    """Worlds side by side under the same rules and run on the same days; their names differ, so that they can be merged."""
    first = Maker(rng)
    versions = first.versions()
    for_all = tuple(renamed_version(v, size) for v in versions)
    worlds = []
    go_live = first.day() if first.chance(0.2) else None
    for n in range(size):
        maker = Maker(rng, like=first)
        facts = maker.facts(versions=versions).but(go_live=go_live)
        worlds.append(renamed(told_bit_by_bit(maker, facts), n, for_all))
    days = sorted({d for w in worlds for d in w.runs})
    ending = days[-1]
    days = sorted(rng.sample(days, min(runs, len(days))))
    again = [ending] if first.chance(0.3) else []
    together = (*(d for d in days if d < ending), *again, ending)
    return [replace(w, runs=together) for w in worlds]


def merged(worlds: list[World]) -> World:
    """All worlds of a crowd as one."""
    acts = sorted((act for w in worlds for act in w.acts), key=lambda act: act.on)
    return World(worlds[0].start, tuple(acts), worlds[0].runs)


def prefix(n: int) -> str:
    return f"{n:02}·"


NAMED = ("project_no", "client", "department", "manager_a", "staff")


def renamed(world: World, n: int, versions: tuple[Version, ...]) -> World:
    """The world with its number before every name."""

    def of(fact: Any) -> Any:
        if fact is None:
            return None
        names = {name: prefix(n) + getattr(fact, name) for name in NAMED if getattr(fact, name, None)}
        return replace(fact, **names)

    acts = tuple(Act(act.on, of(act.before), of(act.after)) for act in world.acts)
    return World(world.start.but(versions=versions), acts, world.runs)


def renamed_version(version: Version, size: int) -> Version:
    """The version with its departments named as in each of ``size`` worlds."""

    def of(e: ExceptionTo) -> ExceptionTo:
        when = dict(e.when)
        if "department" in when:
            when["department"] = tuple(prefix(n) + name for n in range(size) for name in when["department"])
        return replace(e, when=when)

    parameters = {name: replace(p, exceptions=tuple(map(of, p.exceptions))) for name, p in version.parameters.items()}
    return replace(version, parameters=parameters)


def story(maker: Maker, fact: Any, known_on: dict[str, date]) -> list[Act]:
    """How one fact comes to be known: recorded on a day not before its guarantee's, perhaps changed or removed later."""
    delay = timedelta(days=maker.rng.choice((0, 0, 0, 0, 1, 2, 10, 20, 60, 120)))
    early = isinstance(fact, (Appointment, GradeChange, Posting)) and maker.chance(0.2)
    on = maker.first if early else dated(fact) + delay
    on = max(on, known_on.get(getattr(fact, "project_no", None) or "", on))
    found = [Act(on, None, fact)]
    if isinstance(fact, Guarantee) and fact.released_on is not None:
        fresh = replace(fact, released_on=None)
        later = max(on, fact.released_on + timedelta(days=maker.rng.choice((-5, 0, 0, 0, 1, 20, 90))))
        found = [Act(on, None, fresh), Act(later, fresh, fact)]
    permanent = isinstance(fact, Posting) and fact.effective_on.year == 1900
    while not permanent and maker.chance(0.15):
        last = found[-1]
        after = changed(maker, last.after)
        if after == last.after:
            break
        found.append(Act(last.on + timedelta(days=maker.rng.choice((0, 1, 5, 33, 90))), last.after, after))
        if after is None:
            break
    return found
