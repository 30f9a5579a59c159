"""Engaging people, changing their posts from a day on, and ending their service."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say, together
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.papers.reading import Unreadable
from baohou.kernel.people.bonds import Change, list_bonds
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.services import Departments
from baohou.kernel.people.sessions import end_sessions


@transaction.atomic
def add_department(*, name: str, actor: str, door: str) -> Department:
    """A new department. Refused without a name, when it exists, or when it sounds like one that does."""
    name = "".join(name.split())
    if not name:
        raise Refused("people.department.no_name", "请填写部门名称。", where="部门")
    departments = Departments()
    if name in departments.known:
        raise Refused("people.department.known", "已有部门“%(name)s”。", where="部门", name=name)
    try:
        departments.read(name)
    except Unreadable as wrong:
        raise Refused("people.department.alike", wrong.message, where="部门") from wrong
    record_act(verb="people.add_department", door=door, by=actor, facts={"department": name})
    return Department.objects.create(name=name)


@transaction.atomic
def add_person(
    *,
    staff_no: str,
    name: str,
    department: Department | None,
    post: Post,
    effective_on: date,
    actor: str,
    door: str,
) -> Staff:
    """Engage someone from a day on. Refused when the staff number is taken, or for a post without its department."""
    staff_no, name = "".join(staff_no.split()), "".join(name.split())
    if not staff_no:
        raise Refused("people.no_staff_no", "请填写工号。", where="工号")
    if not name:
        raise Refused("people.no_name", "请填写姓名。", where="姓名")
    taken = Staff.objects.filter(staff_no__iexact=staff_no).first()
    if taken is not None:
        raise Refused(
            "people.staff_no_taken",
            "工号 %(staff_no)s 已是%(taken)s的，请换一个。",
            where="工号",
            staff_no=taken.staff_no,
            taken=taken.name,
        )
    if post is Post.LEFT:
        raise Refused("people.post.left", "新进人员不能直接登记为离职。", where="岗位")
    _require_department(post, department)
    facts = {"staff_no": staff_no, "name": name, **_told(post, department, effective_on)}
    record_act(verb="people.add_person", door=door, by=actor, facts=facts)
    staff = Staff.objects.create(staff_no=staff_no, name=name)
    Posting.objects.create(staff=staff, department=department, post=post, effective_on=effective_on)
    return staff


def add_demo_auditor(*, on: date) -> None:
    """Have an auditor among the made-up people of a demonstration, unless somebody is one."""
    if Posting.objects.filter(post=Post.AUDITOR).exists() or Staff.objects.filter(staff_no="9001").exists():
        return
    add_person(
        staff_no="9001",
        name="章审言",
        department=None,
        post=Post.AUDITOR,
        effective_on=on,
        actor="",
        door="command",
    )


@transaction.atomic
def change_post(
    *,
    staff: Staff,
    department: Department | None,
    post: Post,
    effective_on: date,
    because: str,
    actor: str,
    door: str,
) -> Posting:
    """Give a person a post and department from a day on, until the next posting; 离职 ends the service.

    A posting of that very day is replaced, and stays in the history. Refused: no reason, the post held already, a day
    not after an end of service that stands, and (PGM.12: somebody answers for every duty) while a room says that
    something would be left without an owner.
    """
    because = because.strip()
    if not because:
        raise Refused("people.post.no_reason", "请写明理由。", where="理由")
    _require_department(post, department)
    Staff.objects.select_for_update().get(pk=staff.pk)
    if post is Post.LEFT:
        department = None
    standing = _standing(staff, effective_on)
    if standing is None and post is Post.LEFT:
        raise Refused(
            "people.post.never",
            "%(staff)s在 %(effective_on)s 还没有任职，不能离职。",
            where="生效日",
            staff=staff,
            effective_on=effective_on,
        )
    if standing is not None and (standing.post, standing.department_id) == (post, department and department.pk):
        said = say(
            "%(staff)s自 %(effective_on)s 起已是%(post)s，无需变更。",
            staff=staff,
            effective_on=standing.effective_on,
            post=say(post.label),
        )
        raise Refused("people.post.same", said, where="岗位")
    if kept := list_bonds(Change(staff, post, department, effective_on)):
        raise Refused("people.post.bound", together(kept, " "))
    facts = {"staff_no": staff.staff_no, **_told(post, department, effective_on)}
    act = record_act(verb="people.change_post", door=door, by=actor, because=because, facts=facts)
    if post is Post.LEFT and effective_on <= timezone.localdate():
        end_sessions(user_id=staff.user_id)
    if standing is not None and standing.effective_on == effective_on:
        old = _told(Post(standing.post), standing.department, effective_on)
        _record(act, staff, effective_on, old, _told(post, department, effective_on))
        standing.post, standing.department = post, department
        standing.save(update_fields=["post", "department"])
        return standing
    return Posting.objects.create(staff=staff, department=department, post=post, effective_on=effective_on)


@transaction.atomic
def take_back(*, posting: Posting, actor: str, door: str) -> None:
    """Take back a posting that has not begun yet. Refused once it holds, and for a person's only posting."""
    staff = posting.staff
    if posting.effective_on <= timezone.localdate():
        said = say("%(effective_on)s 的任职已经生效，不能撤回；请另作一次变更。", effective_on=posting.effective_on)
        raise Refused("people.post.begun", said)
    if not staff.postings.exclude(pk=posting.pk).exists():
        raise Refused("people.post.only", "这是%(staff)s唯一的任职，不能撤回。", staff=staff)
    before = _standing(staff, posting.effective_on, but=posting)
    if before is not None:
        change = Change(staff, Post(before.post), before.department, posting.effective_on)
        if kept := list_bonds(change):
            raise Refused("people.post.bound", together(kept, " "))
    old = _told(Post(posting.post), posting.department, posting.effective_on)
    act = record_act(verb="people.take_back", door=door, by=actor, facts={"staff_no": staff.staff_no, **old})
    _record(act, staff, posting.effective_on, old, None)
    posting.delete()


def _standing(staff: Staff, on: date, *, but: Posting | None = None) -> Posting | None:
    held = Posting.objects.filter(staff=staff, effective_on__lte=on).exclude(pk=but.pk if but else 0)
    return held.select_related("department").order_by("-effective_on").first()


def _require_department(post: Post, department: Department | None) -> None:
    if department is None and post in (Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER):
        raise Refused("people.post.no_department", "%(post)s必须有部门，请选择。", where="部门", post=say(post.label))


def _told(post: Post, department: Department | None, on: date) -> dict[str, str]:
    return {"post": post.value, "department": department.name if department else "", "effective_on": str(on)}


def _record(act: Act, staff: Staff, on: date, before: dict[str, str], after: dict[str, str] | None) -> None:
    record_changes(act=act, table="people_posting", rows=[(f"{staff.staff_no} {on}", before, after)])
