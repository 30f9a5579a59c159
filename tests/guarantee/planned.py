"""A visit plan in columns, as pages count, filter and order it, against the same plan told visit by visit."""

from __future__ import annotations

from datetime import date

from baohou.core.period import Quarter
from baohou.guarantee.queries.pages.plan_table import get_plan_table
from baohou.guarantee.queries.plans import Plan, get_plan, list_own_clients
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department, Post, Staff

Q4 = Quarter(2026, 4)


def check_columns(found: Plan, *, on: date) -> None:
    """The plan in columns, as somebody sees it who sees everything, is the plan that was found."""
    everyone = Person(staff=None, post=Post.GENERAL_MANAGER, department_id=None, department_name="")
    table = get_plan_table(everyone, department=found.department, quarter=found.quarter, today=on)
    assert table.told(table.rows) == found.rows
    assert (table.gone, table.review, table.overdue) == (found.gone, found.review, found.overdue)
    assert (table.undated, table.fingerprint) == (len(found.undated), found.fingerprint)
    seconds = [row.visit.managers.b_id or 0 for row in found.rows]
    assert table.rows.select("manager_a", "manager_b", "grade", "district").rows() == [
        (row.visit.managers.a_id, second, row.visit.graded.grade or 0, row.district.code)
        for row, second in zip(found.rows, seconds, strict=True)
    ]


def check_own(staff: Staff, department: Department, *, on: date) -> None:
    """What a project manager sees of the plan: own visits, and what is overdue or gone of own clients."""
    own = Person(staff=staff, post=Post.PROJECT_MANAGER, department_id=department.pk, department_name=department.name)
    clients = list_own_clients(own, quarter=Q4, on=on)
    found = get_plan(department=department, quarter=Q4, today=on, clients=clients)
    table = get_plan_table(own, department=department, quarter=Q4, today=on)
    mine = [row for row in found.rows if staff.pk in (row.visit.managers.a_id, row.visit.managers.b_id)]
    assert [row.visit for row in table.told(table.rows)] == [row.visit for row in mine]
    assert (table.gone, table.overdue) == (found.gone, found.overdue)
