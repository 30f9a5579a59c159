"""The made-up company's people: departments, posts, and who manages what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from baohou.guarantee.imports.sample.names import Names
from baohou.kernel.people.models import Post

NUMBERS = "一二三四五六七八"
CLIENTS_A_DEPARTMENT = 80
MANAGERS = 4
RISK_DEPARTMENT, OFFICE, BOARD = "风险管理部", "综合管理部", "公司领导"


@dataclass
class Posting:
    """One row of the staff sheet."""

    staff_no: str
    name: str
    department: str
    post: Post
    effective_on: date | None = None


@dataclass
class Department:
    """A business department: its managers over time (the latest last) and its project managers."""

    name: str
    heads: list[Posting] = field(default_factory=list)
    managers: list[Posting] = field(default_factory=list)

    def head_on(self, day: date) -> Posting:
        """Who manages the department on a day."""
        return [head for head in self.heads if head.effective_on is None or head.effective_on <= day][-1]


@dataclass
class Company:
    """Everyone."""

    departments: list[Department]
    postings: list[Posting]
    risk_manager: Posting


def found_company(*, clients: int, on: date, random: Random, names: Names) -> Company:
    """A company fit for so many clients; one department has changed its manager within the last two years."""
    postings: list[Posting] = []

    def hire(department: str, post: Post, since: date | None = None) -> Posting:
        postings.append(Posting(f"{1001 + len(postings)}", names.person(), department, post, since))
        return postings[-1]

    hire(BOARD, Post.GENERAL_MANAGER)
    risk_manager = hire(RISK_DEPARTMENT, Post.RISK_MANAGER)
    for _ in range(2):
        hire(RISK_DEPARTMENT, Post.RISK_SUPERVISOR)
    hire(OFFICE, Post.ADMIN)
    departments = []
    for number in NUMBERS[: min(max(clients // CLIENTS_A_DEPARTMENT, 2), 5)]:
        department = Department(f"业务{number}部")
        department.heads.append(hire(department.name, Post.DEPARTMENT_MANAGER))
        department.managers += [hire(department.name, Post.PROJECT_MANAGER) for _ in range(MANAGERS)]
        departments.append(department)
    changed = departments[-1]
    since = (on - timedelta(days=random.randrange(200, 600))).replace(day=1)
    old = changed.heads[0]
    postings.append(Posting(old.staff_no, old.name, OFFICE, Post.PROJECT_MANAGER, since))
    changed.heads.append(hire(changed.name, Post.DEPARTMENT_MANAGER, since))
    return Company(departments, postings, risk_manager)
