"""Staff by file, and who holds which post on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from baohou.guarantee.imports import take
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.papers.reading import Unreadable
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.queries import find_staff, get_posting, get_staff_index, list_holders

pytestmark = pytest.mark.django_db
HEADER = "工号,姓名,部门,岗位,生效日\n"
FIRST = "1001,张三,业务一部,项目经理,\n1002,李四,业务一部,部门经理,\n1003,王五,,总经理,\n"

Import = Callable[..., Outcome]


@pytest.fixture
def staff(tmp_path: Path) -> Import:
    def import_staff(rows: str, **how: object) -> Outcome:
        (tmp_path / "staff.csv").write_text(HEADER + rows)
        return take(kind="staff", path=tmp_path / "staff.csv", **how)  # type: ignore[arg-type]

    return import_staff


def test_the_same_file_twice_changes_nothing(staff: Import) -> None:
    assert staff(FIRST).counts["staff"]["new"] == 3
    again = staff(FIRST)
    assert (again.taken, again.counts["staff"]["same"]) == (True, 3)
    assert (Posting.objects.count(), Act.objects.count()) == (3, 1)


def test_a_move_is_a_posting_from_its_day_on(staff: Import) -> None:
    """张三 is project manager of 业务一部 until 30 June 2026 and manages 业务二部 from 1 July."""
    staff(FIRST)
    staff("1001,张三,业务二部,部门经理,2026-07-01\n")
    person = find_staff(said="张三")
    assert person is not None
    before, after = get_posting(staff=person, on=date(2026, 6, 30)), get_posting(staff=person, on=date(2026, 7, 1))
    assert before is not None and after is not None
    assert (before.post, after.post) == (Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER)
    second = Department.objects.get(name="业务二部")
    assert list_holders(post=Post.DEPARTMENT_MANAGER, on=date(2026, 6, 30), department=second) == []
    assert list_holders(post=Post.DEPARTMENT_MANAGER, on=date(2026, 7, 1), department=second) == [person]


@pytest.mark.clause("PGM.13")
def test_of_two_managers_the_one_appointed_last_counts(staff: Import) -> None:
    staff(FIRST + "1004,赵六,业务一部,部门经理,2026-03-01\n")
    first = Department.objects.get(name="业务一部")

    def managing(month: int) -> list[str]:
        holders = list_holders(post=Post.DEPARTMENT_MANAGER, on=date(2026, month, 1), department=first)
        return [person.staff_no for person in holders]

    assert (managing(2), managing(3)) == (["1002"], ["1004", "1002"])
    staff("0999,钱七,业务一部,部门经理,2026-03-01\n")
    assert managing(3) == ["0999", "1004", "1002"], "of two appointed on one day the one recorded last"


def test_another_name_or_post_under_the_same_key_is_a_difference(staff: Import) -> None:
    staff(FIRST)
    changed = FIRST.replace("张三,业务一部", "张叁,业务二部")
    refused = staff(changed)
    assert not refused.taken
    assert [(one.column, one.before, one.after) for one in refused.differences] == [
        ("姓名", "张三", "张叁"), ("部门", "业务一部", "业务二部"),
    ]  # fmt: skip
    assert not Department.objects.filter(name="业务二部").exists()
    assert staff(changed, update=True).taken
    assert Staff.objects.get(staff_no="1001").name == "张叁"
    assert Change.objects.get(table="people.Posting", before__isnull=False).before["name"] == "张三"


def test_a_name_is_changed_where_it_stands_and_told_before_and_after(staff: Import) -> None:
    """Not by the way, with a new posting: that would change what is recorded as if it added something."""
    staff(FIRST)
    moved = "1001,张叁,业务二部,项目经理,2026-07-01\n"
    (fault,) = staff(moved, update=True).faults
    assert (fault.row, fault.column) == (2, "姓名")
    assert "这个工号登记的是张三" in fault.message
    assert staff(FIRST.replace("张三", "张叁") + moved, update=True).taken
    told = Change.objects.get(table="people.Staff", before__isnull=False)
    assert (told.before["name"], told.after["name"]) == ("张三", "张叁")


def test_faults_of_staff_are_named_together(staff: Import) -> None:
    outcome = staff(
        FIRST + "1005,钱七,,部门经理,\n1006,孙八,业务一步,项目经理,\n1001,张山,业务一部,工程师,2026-07-01\n"
    )
    assert [(fault.row, fault.column) for fault in outcome.faults] == [
        (5, "部门"), (6, "部门"), (7, "姓名"), (7, "岗位"),
    ]  # fmt: skip
    assert not Staff.objects.exists()


def test_two_people_of_one_name_need_their_numbers(staff: Import) -> None:
    staff(FIRST + "1009,张三,业务一部,项目经理,\n")
    index = get_staff_index()
    with pytest.raises(Unreadable, match="1001、1009"):
        index.find("张三")
    assert index.show(index.find("张三（1009）")) == "1009"
    assert index.show(index.find("李四")) == "1002"


def test_a_person_entered_by_mistake_can_be_removed(staff: Import, tmp_path: Path) -> None:
    staff(FIRST)
    assert staff("1001,,,,\n", remove=True, because="录错").taken
    assert not Staff.objects.filter(staff_no="1001").exists()
    assert Change.objects.get(table="people.Posting", before__isnull=False).after is None
