"""Every page of the window: who opens it, and where it is in a company of sixty clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from baohou.config import addresses
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.access import visible_clients
from baohou.guarantee.queries.measures import list_watched
from baohou.guarantee.services.plans import Planner, spread
from baohou.kernel.accountability.checks import ask_waiver
from baohou.kernel.accountability.ledger import Story
from baohou.kernel.accountability.models import Entry
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.audit.models import Act
from baohou.kernel.duties.models import Duty
from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.hooks.services import add_hook, ping_hook
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
    def visit(self) -> int:
        """The department's visit made last."""
        made = Visit.objects.filter(client=self.client).order_by("-visited_on", "-pk").first()
        assert made is not None
        return made.pk

    @property
    def colleague(self) -> int:
        """A project manager."""
        return self.holders[Post.PROJECT_MANAGER].pk

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
    def planned(self) -> dict[str, Any]:
        """A visit of the department's plan of the next quarter, spread by its manager."""
        quarter, manager = quarter_of(self.today).next(), self.holders[Post.DEPARTMENT_MANAGER]
        department = Department.objects.get(pk=self.department)
        planner = Planner(department, quarter, self.today, manager, manager.staff_no, "page")
        spread(planner=planner, first=quarter.first, last=quarter.last)
        row = next(row for row in planner.plan().rows if row.is_owed and row.planned_on)
        return {"quarter": str(quarter), "department": department.pk, "key": row.key}

    @property
    def entry(self) -> dict[str, int]:
        found = Entry.objects.order_by("-dated", "pk").first()
        assert found is not None
        return {"key": found.duty_key, "staff": found.staff_id}

    @property
    def proposal(self) -> int:
        """Something that waits for the risk manager's eyes: a waiver that the general manager asks for."""
        waiting = Proposal.objects.filter(state=State.PENDING, kind="penalty.waive").first()
        if waiting is None:
            found = Entry.objects.get(duty_key=self.entry["key"], staff=self.entry["staff"], seq=0)
            told = {"by": self._person(Post.GENERAL_MANAGER), "on": self.today, "door": "page"}
            waiting = ask_waiver(story=Story([found]), amount_fen=1000, because="当日客户停电", **told).proposal
        assert waiting is not None
        return waiting.pk

    @property
    def delivery(self) -> Delivery:
        """A trial that 财务系统, a partner's program, has not taken yet."""
        if not Hook.objects.exists():
            url, admin = "https://finance.example.com/in", self.holders[Post.ADMIN].staff_no
            told = {"kinds": ["duty.late", "visit.recorded"], "scopes": ["clients"], "actor": admin, "door": "page"}
            ping_hook(hook=add_hook(name="财务系统", url=url, **told).hook, actor=admin, door="page")
        return Delivery.objects.latest("pk")

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


def _person(company: Company) -> dict[str, Any]:
    return {"pk": company.colleague}


def _act(company: Company) -> dict[str, Any]:
    return {"pk": Act.objects.latest("pk").pk}


def _statement(company: Company) -> dict[str, Any]:
    return {"month": f"{company.today:%Y-%m}"}


def _department(company: Company) -> dict[str, Any]:
    return {"quarter": company.quarter, "department": company.department}


PAGES = (
    Opened("home", Post.PROJECT_MANAGER),
    Opened("start", ADMIN),
    Opened("rule-book", RISK),
    Opened("audit", RISK),
    Opened("audit.act", RISK, _act),
    Opened("rule-book.add", ADMIN),
    Opened("clients", MANAGER),
    Opened("clients.one", MANAGER, _client),
    Opened("clients.visit", MANAGER, _client),
    Opened("clients.identity", MANAGER, _client),
    Opened("clients.contacts", MANAGER, _client),
    Opened("clients.contacts.whole", MANAGER, _client),
    Opened("clients.grade", MANAGER, _client),
    Opened("clients.order", MANAGER, _client),
    Opened("clients.measure", MANAGER, lambda company: {"pk": company.watched, "quarter": company.quarter}),
    Opened("duties.why", MANAGER, lambda company: {"key": company.duty}),
    Opened("reports", RISK),
    Opened("reports.quarter", RISK, _quarter),
    Opened("reports.department", MANAGER, _department),
    Opened("reports.file", MANAGER, lambda company: {**_department(company), "kind": "classification_report"}),
    Opened("imports", ADMIN),
    Opened("penalties", GENERAL),
    Opened("penalties.story", GENERAL, lambda company: company.entry),
    Opened("penalties.waive", GENERAL, lambda company: company.entry),
    Opened("penalties.reverse", GENERAL, lambda company: company.entry),
    Opened("approvals", RISK),
    Opened("approvals.one", RISK, lambda company: {"pk": company.proposal}),
    Opened("approvals.settings", ADMIN),
    Opened("penalties.statement.month", GENERAL, _statement),
    Opened(
        "penalties.statement.person", GENERAL, lambda company: {**_statement(company), "staff": company.entry["staff"]}
    ),
    Opened("appeals", GENERAL),
    Opened("runs", ADMIN),
    Opened("notices", MANAGER),
    Opened("notices.mine", MANAGER),
    Opened("notices.company", ADMIN),
    Opened("outbox", ADMIN),
    Opened("home.calendar", MANAGER),
    Opened("visits.one", MANAGER, lambda company: {"pk": company.visit}),
    Opened("onsite", Post.PROJECT_MANAGER),
    Opened("plan", RISK),
    Opened(
        "plan.department",
        MANAGER,
        lambda company: {"quarter": str(quarter_of(company.today)), "department": company.department},
    ),
    Opened("plan.appointment", MANAGER, lambda company: company.planned),
    Opened("grading.quarter", RISK, _quarter),
    Opened("grading.table", MANAGER, _department),
    Opened("handover", RISK),
    Opened("handover.one", MANAGER, _department),
    Opened("handover.archive", RISK),
    Opened("handover.destroy", RISK),
    Opened("handover.rule", RISK),
    Opened("risk", RISK),
    Opened("risk.quarter", RISK, _quarter),
    Opened("overview", GENERAL),
    Opened("guarantees", GENERAL),
    Opened("overview.table", GENERAL, lambda company: {"code": "product"}),
    Opened("duties", RISK),
    Opened("people", ADMIN),
    Opened("people.add", ADMIN),
    Opened("people.department", ADMIN),
    Opened("people.one", ADMIN, _person),
    Opened("people.post", ADMIN, _person),
    Opened("people.leave", ADMIN, _person),
    Opened("people.login", ADMIN, _person),
    Opened("people.entrance", ADMIN, _person),
    Opened("people.factors", ADMIN),
    Opened("security", ADMIN),
    Opened("factor", ADMIN),
    Opened("confirm", ADMIN),
    Opened("people.deputy", ADMIN, _person),
    Opened("people.move", ADMIN, _person),
    Opened("password", ADMIN),
    Opened("check", ADMIN),
    Opened("imports.mappings", ADMIN),
    Opened("runs.jobs", ADMIN),
    Opened("system", ADMIN),
    Opened("system.read-only", ADMIN),
    Opened("hooks", ADMIN),
    Opened("hooks.add", ADMIN),
    Opened("hooks.one", ADMIN, lambda company: {"pk": company.delivery.hook_id}),
    Opened("hooks.change", ADMIN, lambda company: {"pk": company.delivery.hook_id}),
    Opened("hooks.secret", ADMIN, lambda company: {"pk": company.delivery.hook_id}),
    Opened("hooks.delivery", ADMIN, lambda company: {"pk": company.delivery.hook_id, "delivery": company.delivery.pk}),
    Opened("tokens", MANAGER),
    Opened("systems", ADMIN),
)
NO_PAGES = {
    "imports.columns": "needs a file sent; the tests of importing look at it",
    "imports.mapping": "is a file",
    "imports.mapping.remove": "takes only a post, or is looked at by the tests of its matter",
    "runs.job": "needs long work begun; the tests of importing look at it",
    "runs.job.again": "takes only a post, or is looked at by the tests of its matter",
    "runs.job.progress": "is a part of a page",
    "systems.one": "needs a system; the tests of tokens look at it",
    "hooks.again": "takes only a post",
    "hooks.pause": "takes only a post",
    "hooks.ping": "takes only a post",
    "hooks.remove": "takes only a post",
    "hooks.resume": "takes only a post",
    "tokens.revoke": "takes only a post",
    "grading": "leads to the page of the person's department",
    "penalties.statement": "leads to the statement of this month",
    "appeals.close": "takes only a post, or is looked at by the tests of its matter",
    "appeals.withdraw": "takes only a post, or is looked at by the tests of its matter",
    "clients.visit.files": "takes only a post, or is looked at by the tests of its matter",
    "clients.visit.draft": "takes only a post",
    "onsite.drafts": "is read by the page of a visit's form",
    "onsite.draft": "is read by the page of a visit's form",
    "onsite.draft.file": "is a file",
    "onsite.draft.discard": "needs what the tests of its matter bring about; they look at it",
    "grading.rest": "takes only a post, or is looked at by the tests of its matter",
    "grading.several": "takes only a post, or is looked at by the tests of its matter",
    "handover.begin": "takes only a post, or is looked at by the tests of its matter",
    "handover.give": "takes only a post, or is looked at by the tests of its matter",
    "handover.receive": "takes only a post, or is looked at by the tests of its matter",
    "handover.refresh": "takes only a post, or is looked at by the tests of its matter",
    "handover.withdraw": "takes only a post, or is looked at by the tests of its matter",
    "measures.why": "is looked at by the tests of its matter",
    "measures.done": "takes only a post, or is looked at by the tests of its matter",
    "plan.hand-in": "takes only a post, or is looked at by the tests of its matter",
    "plan.several": "takes only a post, or is looked at by the tests of its matter",
    "plan.review": "takes only a post, or is looked at by the tests of its matter",
    "visits.add": "takes only a post, or is looked at by the tests of its matter",
    "approvals.withdraw": "takes only a post, or is looked at by the tests of its matter",
    "people.deputy.end": "takes only a post, or is looked at by the tests of its matter",
    "people.post.back": "takes only a post, or is looked at by the tests of its matter",
    "appeals.file": "is a file",
    "clients.file": "is a file",
    "guarantees.file": "is a file",
    "duties.file": "is a file",
    "penalties.list": "is a file",
    "appeals.list": "is a file",
    "reports.list": "is a file",
    "reports.measures": "is a file",
    "handover.list": "is a file",
    "handover.archive.list": "is a file",
    "handover.destroyed": "is a file",
    "handover.contents": "is a file",
    "handover.receipt": "is a file",
    "moves.paper": "is a file",
    "overview.file": "is a file",
    "penalties.file": "is a file",
    "penalties.file.person": "is a file",
    "risk.file": "is a file",
    "plan.weeks.file": "is a file",
    "visits.file": "is a file",
    "visits.report": "is a file",
    "visits.signature": "is a file",
    "service-worker": "is a file",
    "grading.row": "is a part of a page",
    "plan.day": "is a part of a page",
    "penalties.totals": "is a part of a page",
    "onsite.token": "is a part of a page",
    "penalties.appeal": "needs what the tests of its matter bring about; they look at it",
    "appeals.decide": "needs what the tests of its matter bring about; they look at it",
    "check.one": "needs what the tests of its matter bring about; they look at it",
    "grading.sign": "needs what the tests of its matter bring about; they look at it",
    "grading.review": "needs what the tests of its matter bring about; they look at it",
    "handover.accept": "needs what the tests of its matter bring about; they look at it",
    "handover.back": "needs what the tests of its matter bring about; they look at it",
    "handover.sign": "needs what the tests of its matter bring about; they look at it",
    "handover.lend": "needs what the tests of its matter bring about; they look at it",
    "handover.move": "needs what the tests of its matter bring about; they look at it",
    "handover.return": "needs what the tests of its matter bring about; they look at it",
    "handover.volume": "needs what the tests of its matter bring about; they look at it",
    "moves.one": "needs what the tests of its matter bring about; they look at it",
    "moves.sign": "needs what the tests of its matter bring about; they look at it",
    "plan.weeks": "is the table of plan.department with all rows",
    "risk.table": "needs what the tests of its matter bring about; they look at it",
    "login": "is opened by strangers; the tests of logging in look at it",
    "mfa_authenticate": "comes after the password; the tests of logging in look at it",
    "oidc": "leads to another site",
    "oidc.done": "comes back from another site",
    "factor.codes": "takes only a post; the test of the second factor looks at it",
    "factor.remove": "takes only a post",
    "sessions.end": "takes only a post",
    "logout": "takes only a post",
    "set_language": "takes only a post",
    "set-money": "takes only a post",
    "rule-book.kept": "is a part of the rule book's page",
    "rule-book.version": "is the rule book of one version",
    "runs.run": "takes only a post",
    "notices.read": "takes only a post",
    "notices.open": "leads to what a notice is about",
    "notices.address": "takes only a post",
    "notices.try": "takes only a post",
    "notices.remove": "takes only a post",
    "outbox.again": "takes only a post",
    "outbox.stop": "takes only a post",
    "reports.form": "is a file",
    "audit.export": "is a file",
    "imports.check": "needs a file sent; the tests of importing look at it",
    "imports.marked": "is a file",
    "healthz": "is asked by machines",
    "readyz": "is asked by machines",
    "metrics": "is asked by machines",
}
"""Addresses that are looked at elsewhere or are no pages, and why."""


def every_address() -> Iterator[str]:
    """The names of all addresses."""
    yield from (address.name for address in addresses.every_page())
