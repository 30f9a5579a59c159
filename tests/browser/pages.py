"""Every page of the window: who opens it, and where it is in a company of sixty clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.queries.access import visible_clients
from baohou.guarantee.queries.measures import list_watched
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Department, Post, Staff


@dataclass(frozen=True)
class Company:
    """The made-up company on a day: who holds which post, and something to open of each kind."""

    today: date
    holders: dict[Post, Staff]

    @property
    def quarter(self) -> str:
        return str(quarter_of(self.today).previous())

    @property
    def department(self) -> int:
        """The department of the department manager."""
        return self._person(Post.DEPARTMENT_MANAGER).department_id or 0

    @property
    def client(self) -> int:
        """A client of the department manager's that owes something, with the longest story."""
        clients = visible_clients(self._person(Post.DEPARTMENT_MANAGER), on=self.today)
        owed = Duty.objects.filter(party__in=clients.values("pk"), done_on=None, lapsed_on=None).order_by("due_on")
        first = owed.first() or Duty.objects.filter(party__in=clients.values("pk")).order_by("key").first()
        assert first is not None
        assert first.party_id is not None
        return first.party_id

    @property
    def watched(self) -> int:
        """A client of that department graded watch or risk at the end of the quarter."""
        department = Department.objects.get(pk=self.department)
        return list_watched(department=department, quarter=Quarter.parse(self.quarter).last)[0].client.pk

    @property
    def duty(self) -> int:
        found = Duty.objects.filter(party=self.client).order_by("key").first()
        assert found is not None
        return found.key

    @property
    def entry(self) -> dict[str, int]:
        found = Entry.objects.order_by("-dated", "pk").first()
        assert found is not None
        return {"key": found.duty_key, "staff": found.staff_id}

    def _person(self, post: Post) -> Any:
        user = self.holders[post].user
        assert user is not None
        person = find_person(user, on=self.today)
        assert person is not None
        return person


@dataclass(frozen=True)
class Opened:
    """A page as someone opens it. ``named`` are the parts of its address."""

    name: str
    by: Post
    named: Callable[[Company], dict[str, Any]] = lambda company: {}

    def path(self, company: Company) -> str:
        return reverse(self.name, kwargs=self.named(company))


MANAGER, RISK, GENERAL, ADMIN = Post.DEPARTMENT_MANAGER, Post.RISK_MANAGER, Post.GENERAL_MANAGER, Post.ADMIN


def _client(company: Company) -> dict[str, Any]:
    return {"pk": company.client}


def _quarter(company: Company) -> dict[str, Any]:
    return {"quarter": company.quarter}


def _department(company: Company) -> dict[str, Any]:
    return {"quarter": company.quarter, "department": company.department}


PAGES = (
    Opened("home", Post.PROJECT_MANAGER),
    Opened("start", ADMIN),
    Opened("rule-book", RISK),
    Opened("rule-book.add", ADMIN),
    Opened("clients", MANAGER),
    Opened("clients.one", MANAGER, _client),
    Opened("clients.visit", MANAGER, _client),
    Opened("clients.grade", MANAGER, _client),
    Opened("clients.order", MANAGER, _client),
    Opened("clients.measure", MANAGER, lambda company: {"pk": company.watched, "quarter": company.quarter}),
    Opened("duties.why", MANAGER, lambda company: {"key": company.duty}),
    Opened("reports", RISK),
    Opened("reports.quarter", RISK, _quarter),
    Opened("reports.department", MANAGER, _department),
    Opened("reports.file", MANAGER, lambda company: {**_department(company), "kind": "visit_plan"}),
    Opened("imports", ADMIN),
    Opened("penalties", GENERAL),
    Opened("penalties.story", GENERAL, lambda company: company.entry),
    Opened("penalties.waive", GENERAL, lambda company: company.entry),
    Opened("runs", ADMIN),
)
NO_PAGES = {
    "login": "is opened by strangers; the tests of logging in look at it",
    "logout": "takes only a post",
    "set_language": "takes only a post",
    "set-money": "takes only a post",
    "rule-book.kept": "is a part of the rule book's page",
    "rule-book.version": "is the rule book of one version",
    "runs.run": "takes only a post",
    "reports.form": "is a file",
    "imports.check": "needs a file sent; the tests of importing look at it",
    "imports.marked": "is a file",
}
"""Addresses that are looked at elsewhere or are no pages, and why."""


def every_address() -> Iterator[str]:
    """The names of all addresses."""
    yield from _names(get_resolver().url_patterns)


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name
