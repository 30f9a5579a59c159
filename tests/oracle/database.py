"""A world in the database: facts written as importers and verbs leave them, and read back as the oracle tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Sum

from baohou.core.period import quarter_of
from baohou.guarantee import models as tables
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind, FilingKind, Grade, Urgency, VisitKind
from baohou.guarantee.services.touch import touch
from baohou.kernel.accountability.models import Entry
from baohou.kernel.accountability.services import set_go_live, waive
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Posting, Staff
from baohou.kernel.rulebook import models as book
from tests.oracle import model
from tests.oracle.oracle import Identity
from tests.oracle.script import Act, key
from tests.oracle.worlds import dated


@contextmanager
def thrown_away() -> Iterator[None]:
    """Whatever is written inside is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Database:
    """Writes facts and acts, and reads duties and nets by the names that the oracle uses."""

    def __init__(self, start: model.Facts, facts: Iterable[Any]) -> None:
        """Whoever is named in the facts, the versions and the go-live day; the facts themselves come by ``record``."""
        facts = list(facts)
        self.parties = {n: Party.objects.create(id_no=n, name=n) for n in names(facts, "client")}
        self.departments = {n: Department.objects.create(name=n) for n in names(facts, "department")}
        everybody = sorted({*names(facts, "manager_a"), *names(facts, "staff"), "S01"})
        self.staff = {no: Staff.objects.create(staff_no=no, name=no) for no in everybody}
        rule_set, _ = book.RuleSet.objects.get_or_create(code="PGM", defaults={"title": "保后管理制度"})
        rule_set.versions.all().delete()
        for version in sorted(start.versions, key=lambda v: v.effective_on):
            write_version(rule_set, version)
        if start.go_live is not None:
            set_go_live(on=start.go_live, actor="", door="test")

    def record(self, act: Act) -> None:
        """Carry out one act as a verb or an importer does: the row, and the mark that the client was touched."""
        fact = act.after if act.after is not None else act.before
        row = self.find(fact) if act.before is not None else None
        if act.after is None:
            row.delete()
        elif row is None:
            self.create(act.after)
        else:
            for name, value in self.values(act.after).items():
                setattr(row, name, value)
            row.save()
        client = self.client_of(fact)
        if client is not None:
            touch([(client, min(self.days_of(act.before, act.after)))])

    def record_all(self, facts: model.Facts) -> None:
        """All facts at once, nothing known before."""
        for name in ("guarantees", "appointments", "grades", "visits", "orders", "filings", "postings"):
            for fact in getattr(facts, name):
                self.record(Act(dated(fact), None, fact))

    def days_of(self, before: Any, after: Any) -> list[date]:
        """The dates, old and new, of what was changed of a fact."""
        if isinstance(before, model.Guarantee) and isinstance(after, model.Guarantee):
            old, new = before.released_on, after.released_on
            if old != new:
                return [d for d in (old, new) if d is not None]
        return [dated(f) for f in (before, after) if f is not None]

    def client_of(self, fact: Any) -> int | None:
        if isinstance(fact, model.Appointment):
            return tables.Guarantee.objects.get(project_no=fact.project_no).client_id
        name = getattr(fact, "client", None)
        return self.parties[name].pk if name else None

    def find(self, fact: Any) -> Any:
        """The row of a fact, by its key."""
        values = self.values(fact)
        keys = {
            model.Guarantee: ("project_no",),
            model.Appointment: ("guarantee", "effective_on"),
            model.GradeChange: ("client", "effective_on"),
            model.Visit: ("client", "guarantee", "visited_on", "kind"),
            model.Order: ("client", "ordered_on"),
            model.Filing: ("department", "quarter", "kind"),
            model.Posting: ("staff", "effective_on"),
        }[type(fact)]
        assert key(fact)
        return TABLE[type(fact)].objects.get(**{name: values[name] for name in keys})

    def create(self, fact: Any) -> Any:
        return TABLE[type(fact)].objects.create(**self.values(fact))

    def guarantee(self, project_no: str | None) -> tables.Guarantee | None:
        return tables.Guarantee.objects.get(project_no=project_no) if project_no else None

    def values(self, fact: Any) -> dict[str, Any]:
        """The columns of a fact's row."""
        by = self.staff["S01"]
        match fact:
            case model.Guarantee():
                return {
                    "project_no": fact.project_no,
                    "client": self.parties[fact.client],
                    "department": self.departments[fact.department],
                    "manager_a": self.staff[fact.manager_a],
                    "product": fact.product,
                    "amount_fen": 100_000_00,
                    "issued_on": fact.issued_on,
                    "released_on": fact.released_on,
                    "ends_on": fact.issued_on + timedelta(days=30),
                }
            case model.Appointment():
                manager = self.staff[fact.manager_a]
                row = self.guarantee(fact.project_no)
                return {"guarantee": row, "manager_a": manager, "effective_on": fact.effective_on}
            case model.GradeChange():
                grade = Grade.read(fact.grade)
                client = self.parties[fact.client]
                return {"client": client, "grade": grade, "effective_on": fact.effective_on, "by": by}
            case model.Visit():
                return {
                    "client": self.parties[fact.client],
                    "guarantee": self.guarantee(fact.project_no),
                    "visited_on": fact.visited_on,
                    "kind": VisitKind.read(fact.kind),
                    "by": by,
                }
            case model.Order():
                urgency = Urgency.read(fact.urgency)
                client = self.parties[fact.client]
                return {"client": client, "ordered_on": fact.ordered_on, "urgency": urgency, "by": by}
            case model.Filing():
                return {
                    "department": self.departments[fact.department],
                    "quarter": fact.quarter,
                    "kind": FilingKind.read(fact.kind),
                    "filed_on": fact.filed_on,
                    "by": by,
                }
            case model.Posting():
                return {
                    "staff": self.staff[fact.staff],
                    "department": self.departments[fact.department] if fact.department else None,
                    "post": fact.post,
                    "effective_on": fact.effective_on,
                }
        raise TypeError(fact)

    def waive(self, duty: Identity, staff: str, amount_fen: int, on: date) -> None:
        entry = next(e for e in Entry.objects.filter(staff=self.staff[staff]) if entry_identity(e) == duty)
        waive(
            duty_key=entry.duty_key,
            staff=self.staff[staff],
            amount_fen=amount_fen,
            because="因病",
            on=on,
            actor="",
            door="test",
        )


def names(facts: Iterable[Any], of: str) -> list[str]:
    return sorted({getattr(fact, of) for fact in facts if getattr(fact, of, None)})


TABLE: dict[type, Any] = {
    model.Guarantee: tables.Guarantee,
    model.Appointment: tables.ManagerAppointment,
    model.GradeChange: tables.GradeChange,
    model.Visit: tables.Visit,
    model.Order: tables.SpecialOrder,
    model.Filing: tables.Filing,
    model.Posting: Posting,
}


def write_version(rule_set: book.RuleSet, version: model.Version) -> None:
    """A version as the loader leaves it."""
    row = book.RuleVersion.objects.create(
        rule_set=rule_set,
        name=version.name,
        effective_on=version.effective_on,
        ends_on=version.ends_on,
        digest=sha256(repr(version).encode()).hexdigest(),
    )
    clauses: dict[str, book.Clause] = {}
    for code, name in version.parameters:
        if code not in clauses:
            place = len(clauses)
            clauses[code] = book.Clause.objects.create(
                version=row, code=code, title=code, text=code, reference=code, position=place
            )
        parameter = version.parameters[code, name]
        written = book.Parameter.objects.create(clause=clauses[code], name=name, value=parameter.value)
        for e in parameter.exceptions:
            book.ParameterException.objects.create(
                parameter=written,
                label=e.label,
                when={n: list(w) for n, w in e.when.items()},
                value=e.value,
                reference=code,
                over=list(e.over),
            )


def stored_duties(on: date) -> list[dict[str, Any]]:
    """The stored duties as the oracle tells them on the day they were last derived for; dates still dates."""
    rows = Duty.objects.select_related("party", "department", "owner", "version")
    projects = dict(tables.Guarantee.objects.values_list("pk", "project_no"))
    found = [told(duty, projects, on) for duty in rows]
    return sorted(found, key=lambda d: tuple(str(part) for part in identity_of(d)))


def identity_of(duty: dict[str, Any]) -> Identity:
    department = duty["department"] if duty["client_id_no"] is None else None
    return (duty["kind"], duty["client_id_no"], duty["project_no"], department, duty["opens_on"])


def told(duty: Duty, projects: dict[int, str], on: date) -> dict[str, Any]:
    kind = DutyKind(duty.kind)
    if duty.lapsed_on is not None:
        state = "lapsed"
    elif duty.done_on is not None:
        state = "done" if duty.done_on <= duty.due_on else "late"
    else:
        state = "open" if on <= duty.due_on else "overdue"
    regular = kind == DutyKind.REGULAR_VISIT
    return {
        "clause": CLAUSE_OF[kind],
        "kind": kind.code,
        "version": duty.version.name,
        "client_id_no": duty.party.id_no if duty.party else None,
        "project_no": projects[duty.subject_id] if kind == DutyKind.ROUTINE_VISIT else None,
        "department": duty.department.name if duty.department else None,
        "quarter": str(quarter_of(duty.opens_on)) if duty.party is None else None,
        "period_first": duty.opens_on if regular else None,
        "period_last": duty.due_on if regular else None,
        "owner": duty.owner.staff_no if duty.owner else None,
        "opens_on": duty.opens_on,
        "due_on": duty.due_on,
        "state": state,
        "done_on": duty.done_on,
    }


def entry_identity(entry: Entry) -> Identity:
    kind = DutyKind(entry.duty_kind)
    project = None
    if kind == DutyKind.ROUTINE_VISIT:
        project = tables.Guarantee.objects.get(pk=entry.subject_id).project_no
    department = entry.department.name if entry.party is None and entry.department else None
    return (kind.code, entry.party.id_no if entry.party else None, project, department, entry.opens_on)


def stored_nets() -> dict[tuple[Identity, str], int]:
    """The ledger's nets in fen by duty and person, what is nothing left out."""
    result: dict[tuple[Identity, str], int] = {}
    nets = Entry.objects.values("duty_key", "staff__staff_no").annotate(net=Sum("amount_fen"))
    for net in nets:
        assert net["net"] >= 0, "a net is never below zero"
        if net["net"]:
            entry = Entry.objects.filter(duty_key=net["duty_key"]).select_related("party", "department").first()
            assert entry is not None
            result[entry_identity(entry), net["staff__staff_no"]] = net["net"]
    return result
