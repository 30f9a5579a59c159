"""Staff by file: numbers, names, departments, and posts by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, cast

from django.db.models import ProtectedError

from baohou.core.sayings import listed, say
from baohou.kernel.audit.capture import set_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.reading import Cell, Column, Reading, Unreadable, read_code, read_date, read_text
from baohou.kernel.papers.taking import Compared, Fact, Key, Noun, Stored, Written, insert_rows, update_rows
from baohou.kernel.people.bonds import Change, list_bonds
from baohou.kernel.people.models import ALWAYS, Department, Post, Posting, Staff
from baohou.kernel.people.services import Departments

_POST_WORDS = {
    "主管": Post.RISK_SUPERVISOR,
    "风险管理部主管": Post.RISK_SUPERVISOR,
    "风险经理": Post.RISK_MANAGER,
    "风险部经理": Post.RISK_MANAGER,
    "管理员": Post.ADMIN,
    "审计": Post.AUDITOR,
    "已离职": Post.LEFT,
}


def read_post(cell: Cell) -> Post:
    """A post from its code or Chinese name."""
    text = read_code(cell)
    for post in Post:
        if text.lower().replace(" ", "_") == post.value or text == post.label:
            return post
    if text in _POST_WORDS:
        return _POST_WORDS[text]
    raise Unreadable(say("没有这个岗位；请填 %(names)s 之一", names=listed(say(post.label) for post in Post)))


def _always_is_empty(on: date) -> date | None:
    return None if on == ALWAYS else on


class StaffFile(Noun):
    """One row is a person's posting from a day on; without a day it holds from always."""

    kind: ClassVar[str] = "staff"
    title: ClassVar[str] = "员工"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("staff_no", "工号", read_code, max_length=32),
        Column("name", "姓名", read_text, max_length=64),
        Column("department", "部门", read_code, required=False, max_length=64, aliases=("业务部门", "所在部门")),
        Column("post", "岗位", read_post, aliases=("职务",)),
        Column("effective_on", "生效日", read_date, required=False, aliases=("任职日期", "生效日期")),
    )
    keys: ClassVar[tuple[str, ...]] = ("staff_no", "effective_on")
    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("name", "staff__name"),
        Compared("department", "department__name"),
        Compared("post", "post", lambda post: Post(post).label),
    )
    model = Posting

    def __init__(self, *, reading: Reading, today: date) -> None:
        super().__init__(reading=reading, today=today)
        self.departments = Departments()
        self._names: dict[str, tuple[str, int]] = {}

    def facts(self) -> Iterator[Fact]:
        for number, values, good in self.reading.rows:
            before = len(self.reading.faults)
            self._check(number, values)
            if good and len(self.reading.faults) == before:
                key = self._key(values)
                _, name, department, post, _ = values
                if self._is_held(number, key, department, post):
                    continue
                yield Fact(number, key, _shown_key(key), (name, department, post.value))
        if self.departments.new:
            self.notes.append(say("新部门：%(names)s", names=listed(self.departments.new)))

    def _check(self, number: int, values: Sequence[Any]) -> None:
        staff_no, name, department, post, _ = values
        known = self._names.setdefault(staff_no, (name, number)) if staff_no and name else (name, number)
        if known[0] != name:
            self.fault(
                number,
                "name",
                name,
                say("与第 %(row)s 行的工号相同而姓名不同（%(name)s）", row=known[1], name=known[0]),
            )
        elif (stands := self._renamed_beside(staff_no, name)) is not None:
            self.fault(
                number,
                "name",
                name,
                say("这个工号登记的是%(name)s；改姓名要改在其原有的任职上", name=stands),
            )
        if department is None and post == Post.DEPARTMENT_MANAGER:
            self.fault(number, "department", None, say("部门经理必须填写部门"))
        if department is not None:
            try:
                self.departments.read(department)
            except Unreadable as wrong:
                self.fault(number, "department", department, wrong.message)

    def _renamed_beside(self, staff_no: str, name: str) -> str | None:
        """The name that stands of a person, when the file gives another to a new posting and leaves those that stand.

        It would change what is recorded, as an addition: unasked, and unseen by whoever checks changes.
        """
        stands = self._stands.get(staff_no)
        if stands is None or stands == name:
            return None
        days = {on for on, _post, _department in self._known.get(staff_no, ())}
        return stands if days and not days & set(self._days.get(staff_no, ())) else None

    @cached_property
    def _stands(self) -> dict[str, str]:
        return dict(Staff.objects.values_list("staff_no", "name"))

    @cached_property
    def _known(self) -> dict[str, list[tuple[date, str, str | None]]]:
        """The postings that stand: of whom, and from when which post and department, the latest first."""
        found: dict[str, list[tuple[date, str, str | None]]] = {}
        rows = Posting.objects.order_by("-effective_on")
        for staff_no, on, post, department in rows.values_list(
            "staff__staff_no", "effective_on", "post", "department__name"
        ):
            found.setdefault(staff_no, []).append((on, post, department))
        return found

    @cached_property
    def _days(self) -> dict[str, list[date]]:
        """The days from which the file's rows hold, by person."""
        found: dict[str, list[date]] = {}
        for _number, values, good in self.reading.rows:
            if good:
                staff_no, on = self._key(values)
                found.setdefault(staff_no, []).append(on)
        return found

    def _is_held(self, number: int, key: tuple[str, date], department: str | None, post: Post) -> bool:
        """Whether something keeps a person from this row's post, as it would on the page (PGM.12); a fault.

        Nothing does while another row already ends it: what the person does now stays as it is.
        """
        staff_no, on = key
        held = next((one for one in self._known.get(staff_no, ()) if one[0] <= on), None)
        if held is not None and held[1:] == (post, department):
            return False
        if post is not Post.LEFT and (held is None or any(on < day <= self.today for day in self._days[staff_no])):
            return False
        staff = Staff.objects.filter(staff_no=staff_no).first()
        unit = (
            (Department.objects.filter(name=department).first() or Department(name=department)) if department else None
        )
        kept = list_bonds(Change(staff, post, unit, on)) if staff else []
        if kept and held is not None and held[1] == post:
            self.fault(number, "department", department, " ".join(kept))
        elif kept:
            self.fault(number, "post", post.label, " ".join(kept))
        return bool(kept)

    def removals(self) -> Iterator[Key]:
        for number, values, good in self.reading.rows:
            if good:
                key = self._key(values)
                yield Key(number, key, _shown_key(key))

    def _key(self, values: Sequence[Any]) -> tuple[str, date]:
        return self.value(values, "staff_no"), self.value(values, "effective_on") or ALWAYS

    def stored(self, keys: Iterable[Any]) -> dict[Any, Stored]:
        lookups = [one.lookup for one in self.compared]
        rows = Posting.objects.values_list("id", "staff__staff_no", "effective_on", *lookups)
        wanted = set(keys)
        return {row[1:3]: Stored(row[0], row[3:]) for row in rows if row[1:3] in wanted}

    def add(self, facts: Sequence[Fact], act: Act) -> None:
        staff = self._staff({cast("tuple[str, date]", fact.key)[0]: fact.values[0] for fact in facts})
        departments = self.departments.rows(fact.values[1] for fact in facts if fact.values[1])
        rows = []
        for fact in facts:
            staff_no, effective_on = cast("tuple[str, date]", fact.key)
            _, department, post = fact.values
            rows.append((staff[staff_no], departments.get(department), post, effective_on))
        insert_rows(model=Posting, fields=("staff_id", "department_id", "post", "effective_on"), rows=rows)

    def _staff(self, names: dict[str, str]) -> dict[str, int]:
        """The rows of these people, of whom the new ones are added."""
        known = dict(Staff.objects.values_list("staff_no", "id"))
        new = [(staff_no, name) for staff_no, name in names.items() if staff_no not in known]
        insert_rows(model=Staff, fields=("staff_no", "name"), rows=new)
        return dict(Staff.objects.values_list("staff_no", "id"))

    def change(self, changes: Sequence[tuple[Stored, Fact]], act: Act) -> None:
        departments = self.departments.rows(fact.values[1] for _, fact in changes if fact.values[1])
        rows = [(departments.get(fact.values[1]), fact.values[2], before.id) for before, fact in changes]
        update_rows(model=Posting, fields=("department_id", "post"), rows=rows)

    def settle(self, written: Written, act: Act) -> None:
        """A person's name is one, whatever posting it came with; a person without postings or deeds goes."""
        said = {cast("tuple[str, date]", fact.key)[0]: fact.values[0] for _, fact in written.changed}
        said |= {cast("tuple[str, date]", fact.key)[0]: fact.values[0] for fact in written.added}
        stale = [staff for staff in Staff.objects.all() if said.get(staff.staff_no, staff.name) != staff.name]
        for staff in stale:
            staff.name = said[staff.staff_no]
        set_rows(Staff, stale, ["name"])
        if written.removed:
            _drop_unused()


def _drop_unused() -> None:
    for staff in Staff.objects.filter(postings__isnull=True, user__isnull=True):
        try:
            staff.delete()
        except ProtectedError:
            continue


def _shown_key(key: tuple[str, date]) -> str:
    staff_no, on = key
    return staff_no if on == ALWAYS else f"{staff_no} {on.isoformat()}"
