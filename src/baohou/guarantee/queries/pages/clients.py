"""Clients in force, as a list that can be searched, filtered and turned page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

import polars as pl
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Collate

from baohou.core.money import sum_by_currency
from baohou.core.places import turn_through
from baohou.guarantee.models import GradeChange, Guarantee, ManagerAppointment, Measure
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.pages.client_rows import ClientRow, describe_clients
from baohou.guarantee.queries.pages.duties import MANY, PAGE
from baohou.guarantee.queries.pages.finding import among, find, find_known, holding
from baohou.guarantee.queries.standing import default_grade, spoken_for
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade, Urgency
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Reach, Right
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.prepared import prepared
from baohou.kernel.rulebook.queries import get_rule_book

Row = TypeVar("Row", bound=Model)
MOST_OF_ONE = 20_000
"""So many clients are named to the database one by one: more than a manager has."""


@dataclass(frozen=True)
class Filters:
    """What the address of the list says; empty means everything."""

    words: str = ""
    grade: Grade | None = None
    department_id: int | None = None
    manager_id: int | None = None
    with_released: bool = False
    product: str | None = None
    bank: str | None = None
    industry: int | None = None
    measure: bool | None = None
    watched: bool = False
    since: date | None = None
    """Only those that came to the list or went from it since a day."""

    @property
    def shows_measures(self) -> bool:
        """Whether the list is of clients that must have a measure: graded watch or risk, or asked for by it."""
        return self.watched or self.grade in WATCHED or self.measure is not None

    @property
    def any(self) -> bool:
        """Whether anything is asked for."""
        plain = self.words or self.grade or self.department_id or self.manager_id or self.with_released
        return bool(plain) or self.watched or self.since is not None or self.of_the_business

    @property
    def of_a_department(self) -> bool:
        """Whether a department, and at most a grade, is asked for."""
        others = self.words or self.manager_id or self.with_released or self.since or self.of_the_business
        return bool(self.department_id) and not others

    @property
    def of_the_business(self) -> bool:
        """Whether product, bank, industry or measure is asked for: None does not ask, empty asks for unsaid ones."""
        return any(one is not None for one in (self.product, self.bank, self.industry, self.measure))


@dataclass(frozen=True)
class Change:
    """The clients that came to a list and those that went from it since a day, of each the first MANY."""

    since: date
    came: list[int]
    went: list[int]

    @property
    def net(self) -> int:
        return len(self.came) - len(self.went)

    @property
    def is_many(self) -> bool:
        """Whether there may be more than are told."""
        return max(len(self.came), len(self.went)) >= MANY

    @property
    def words(self) -> dict[int, str]:
        """Which way each went."""
        return dict.fromkeys(self.came, "came") | dict.fromkeys(self.went, "went")


@dataclass(frozen=True)
class ClientPage:
    rows: list[ClientRow]
    count: int
    after: str
    at_least: bool = False
    total: dict[str, int] | None = None
    """What all clients of the list hold, in fen by currency; None when they are too many to add up, or searched for."""
    change: Change | None = None

    @property
    def is_many(self) -> bool:
        return self.at_least or self.count >= MANY


def in_force(on: date | OuterRef) -> Q:
    """Guarantees in force on a day."""
    return Q(issued_on__lte=on) & (Q(released_on__isnull=True) | Q(released_on__gt=on))


def speaking(client: OuterRef | Party, *, on: date | OuterRef) -> QuerySet[Guarantee]:
    """The guarantees that could speak for a client on a day, the one that does first."""
    by_code_point = Collate("project_no", "C" if connection.vendor == "postgresql" else "BINARY")
    return Guarantee.objects.filter(in_force(on), client=client).order_by("-issued_on", by_code_point.desc())


def graded(rows: QuerySet[Row], *, on: date, client: str = "pk") -> QuerySet[Row]:
    """Rows with ``grade_on``: the number of the latest grade given on or before a day to their ``client``, or None."""
    latest = GradeChange.objects.filter(client=OuterRef(client), effective_on__lte=on).order_by("-effective_on")
    found: Any = rows.annotate(grade_on=Subquery(latest.values("grade")[:1]))
    return found  # type: ignore[no-any-return]


def of_grade(rows: QuerySet[Row], grade: Grade, *, on: date, unless: Grade | None, client: str = "pk") -> QuerySet[Row]:
    """The rows whose ``client`` has a grade on a day; ``unless`` is that of clients whom nobody graded."""
    wanted = Q(grade_on=grade)
    if unless is grade:
        wanted |= Q(grade_on__isnull=True)
    return graded(rows, on=on, client=client).filter(wanted)


def list_clients(
    person: Person,
    *,
    on: date,
    filters: Filters,
    after: str = "",
    most: int = PAGE,
    counted: bool = True,
    today: date | None = None,
) -> ClientPage:
    """One page of clients by name in pinyin, behind the client ``after`` (its number); ``counted`` as ``find`` says.

    What is overdue of their measures is so ``today``, or on the day of the list.
    """
    unless, change = default_grade(on), None
    in_part = person.may(Right.SEE_IDENTITY)
    asked = (person.reach, person.staff_ids, person.department_ids, on, filters, in_part)
    named: dict[str, Any] = {"words": filters.words, "in_part": in_part, "asked": asked}
    if filters.since is not None:
        change = _changed(_within_reach(person, on, filters), on, filters, unless)
        those = Party.objects.filter(pk__in=[*change.came, *change.went])
        found = find(those, **named, after=after, few=True, most=most, counted=counted)
    elif filters.of_a_department and person.sees_department(filters.department_id or 0):
        found = find_known(_of_department(filters, on), after=after, most=most)
    else:
        matching = _filtered(_within_reach(person, on, filters), on, filters, unless)
        few = bool(filters.manager_id) or person.reach is Reach.OWN
        found = find(matching, **named, after=after, few=few, most=most, counted=counted)
    more = str(found.clients[-1].pk) if found.more else ""
    measured = (today or on) if filters.shows_measures else None
    moved = change.words if change else {}
    rows = describe_clients(found.clients, on=on, unless=unless, measured=measured, moved=moved)
    total = None
    if change is None and counted and not (found.more or after):
        total = sum_by_currency(amount for row in rows for amount in row.amounts.items())
    elif change is None and counted and found.all is not None:
        total = dict(_total(found.all, on))
    return ClientPage(rows, found.count, more, found.at_least, total, change)


def iterate_clients(person: Person, *, on: date, filters: Filters, most: int) -> Iterator[ClientRow]:
    """The first ``most`` clients of the list, in its order."""

    def turn(after: str, some: int) -> tuple[list[ClientRow], str]:
        page = list_clients(person, on=on, filters=filters, after=after, most=some, counted=False)
        return page.rows, page.after

    return turn_through(turn, begin="", most=most)


@prepared
def _total(clients: list[int], on: date) -> QuerySet[Guarantee, tuple[str, int]]:
    held = Guarantee.objects.filter(in_force(on), client_id__in=clients)
    return held.order_by().values_list("currency").annotate(Sum("amount_fen"))


def _of_department(filters: Filters, on: date) -> pl.DataFrame:
    """The clients for whom a department speaks, of a grade when one is asked for."""
    known = spoken_for(department=filters.department_id or 0, on=on)
    wanted = [grade.value for grade in WATCHED] if filters.watched else list(Grade.numbers())
    if filters.grade is not None:
        wanted = [filters.grade.value]
    return known.filter(pl.col("grade").is_in(wanted)) if filters.watched or filters.grade is not None else known


def urgencies(on: date) -> list[tuple[Urgency, int | None]]:
    """Each urgency with the days it leaves under the version in force (PGM.5); None without a version."""
    version = get_rule_book().in_force(on)
    if version is None:
        return [(urgency, None) for urgency in Urgency]
    return [(urgency, int(version.parameter("PGM.5", f"{urgency.code}_days").value)) for urgency in Urgency]


class Choice(NamedTuple):
    """A row that can be chosen: five hundred of them stand on a page."""

    pk: int
    name: str


def list_departments(person: Person) -> list[Choice]:
    """Departments that the person can filter by."""
    return [Choice(pk, name) for pk, name in _departments() if person.sees_department(pk)]


@prepared
def _departments() -> QuerySet[Department, tuple[int, str]]:
    return Department.objects.order_by("name").values_list("pk", "name")


def list_managers(person: Person, *, on: date) -> list[Choice]:
    """Project managers that the person can filter by, at most 500."""
    if person.reach is Reach.OWN:
        return []
    department = (person.department_id or 0) if person.reach is Reach.DEPARTMENT else None
    return [Choice(pk, name) for pk, name in _managers(on, department)]


@prepared
def _managers(on: date, department: int | None) -> QuerySet[Staff, tuple[int, str]]:
    posted = Posting.objects.filter(post=Post.PROJECT_MANAGER, effective_on__lte=on)
    if department is not None:
        posted = posted.filter(department_id=department)
    managers = Staff.objects.filter(pk__in=posted.values("staff_id")).order_by("name", "staff_no")
    return managers.values_list("pk", "name")[:500]


def _within_reach(person: Person, on: date, filters: Filters) -> QuerySet[Party]:
    """What visible_clients gives, in a form that is quick to turn page by page: by the guarantees' own columns."""
    if person.reach is Reach.ALL:
        everyone = Party.objects.all()
        return holding(everyone, Q()) if filters.with_released else everyone
    managed = managed_guarantees(*person.staff_ids, on=on).values_list("client_id", flat=True)
    if person.reach is Reach.OWN:
        return _those(Party.objects.all(), managed)
    ours = Guarantee.objects.filter(department_id__in=person.department_ids).values("client_id")
    return Party.objects.filter(among(ours.union(managed) if person.stands_for else ours))


def _those(clients: QuerySet[Party], numbers: QuerySet[Any, int]) -> QuerySet[Party]:
    """The clients with these numbers, named one by one unless there are very many."""
    known = list(numbers.distinct()[: MOST_OF_ONE + 1])
    return clients.filter(pk__in=known) if len(known) <= MOST_OF_ONE else clients.filter(among(numbers))


def _filtered(clients: QuerySet[Party], on: date, filters: Filters, unless: Grade | None) -> QuerySet[Party]:
    if filters.manager_id:
        managed = managed_guarantees(filters.manager_id, on=on, as_a_only=True).filter(in_force(on))
        clients = _those(clients, managed.values_list("client_id", flat=True))
    if not filters.with_released:
        clients = holding(clients, in_force(on))
    if filters.watched:
        wanted = Q(grade_on__in=WATCHED) | (Q(grade_on__isnull=True) if unless in WATCHED else Q())
        clients = graded(clients, on=on).filter(wanted)
    if filters.grade is not None:
        clients = of_grade(clients, filters.grade, on=on, unless=unless)
    if filters.department_id:
        theirs = Guarantee.objects.filter(in_force(on), department_id=filters.department_id)
        department = Subquery(speaking(OuterRef("pk"), on=on).values("department_id")[:1])
        clients = clients.filter(among(theirs.values("client_id")))
        clients = clients.annotate(speaking_department=department).filter(speaking_department=filters.department_id)
    return _of_the_business(clients, on, filters)


def _changed(clients: QuerySet[Party], on: date, filters: Filters, unless: Grade | None) -> Change:
    """Who is on the list of a day and was not on that of ``filters.since``, and the other way round.

    Only those are looked at of whom something changed in between, unless the rule book's default grade did.
    """
    assert filters.since is not None
    since, plain = filters.since, replace(filters, since=None)
    if default_grade(since) is unless:
        issued = Guarantee.objects.filter(issued_on__gt=since, issued_on__lte=on).values("client_id")
        released = Guarantee.objects.filter(released_on__gt=since, released_on__lte=on).values("client_id")
        given = GradeChange.objects.filter(effective_on__gt=since, effective_on__lte=on).values("client_id")
        clients = clients.filter(pk__in=issued.union(released, given))
    now, then = _filtered(clients, on, plain, unless), _filtered(clients, since, plain, default_grade(since))
    return Change(since, _first_of(now, but=then), _first_of(then, but=now))


def _first_of(clients: QuerySet[Party], *, but: QuerySet[Party]) -> list[int]:
    others = ~Exists(but.filter(pk=OuterRef("pk")).order_by())  # asked of one after another, until there are enough
    return list(clients.filter(others).order_by().values_list("pk", flat=True)[:MANY])


def _of_the_business(clients: QuerySet[Party], on: date, filters: Filters) -> QuerySet[Party]:
    """Clients with a guarantee of a product or bank in force on the day, of an industry, with or without a measure."""
    for named in ({"product": filters.product}, {"bank": filters.bank}):
        if None not in named.values():
            clients = holding(clients, in_force(on) & Q(**named))
    if filters.industry is not None:
        clients = clients.filter(industry=filters.industry)
    if filters.measure is not None:
        filed = Exists(Measure.objects.filter(client=OuterRef("pk"), quarter=on))
        clients = clients.filter(filed if filters.measure else ~filed)
    return clients


def managers_on(guarantees: Iterable[Guarantee], *, on: date) -> dict[int, tuple[Staff, Staff | None]]:
    """Managers A and B of each guarantee (fetched with both) as appointed last on or before ``on``. One query."""
    managers = {guarantee.pk: (guarantee.manager_a, guarantee.manager_b) for guarantee in guarantees}
    for appointment in _appointments(list(managers), on):
        managers[appointment.guarantee_id] = (appointment.manager_a, appointment.manager_b)
    return managers


@prepared
def _appointments(guarantees: list[int], on: date) -> QuerySet[ManagerAppointment]:
    appointed = ManagerAppointment.objects.filter(guarantee__in=guarantees, effective_on__lte=on)
    return appointed.select_related("manager_a", "manager_b").order_by("effective_on")
