"""Finding staff, departments, and who held which post on which day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from baohou.core.sayings import listed, say
from baohou.kernel.papers.reading import Unreadable
from baohou.kernel.people.models import Department, Post, Posting, Staff


@dataclass
class StaffIndex:
    """All staff in memory, to be found by number or by a name that only one of them has."""

    by_number: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)

    def find(self, said: str) -> int:
        """The row of the person with this number or this unique name, or written 张三（1001）; else Unreadable."""
        if (number := self.by_number.get(said) or self.by_number.get(said.upper())) is not None:
            return number
        named = self.by_name.get(said.replace(" ", ""), [])
        if len(named) == 1:
            return named[0]
        if len(named) > 1:
            raise Unreadable(
                say(
                    "叫“%(said)s”的有 %(n)s 人（%(names)s），请填工号",
                    said=said,
                    n=len(named),
                    names=listed(self.shown[n] for n in named),
                )
            )
        name, _, rest = said.replace("（", "(").replace("）", ")").partition("(")
        number = self.by_number.get(rest.rstrip(")"))
        if number is not None and number in self.by_name.get(name.strip(), []):
            return number
        raise Unreadable(say("员工里没有“%(said)s”；请填工号或姓名，新员工先导入员工表", said=said))

    def show(self, staff: int | None) -> str | None:
        """The staff number of a row."""
        return None if staff is None else self.shown[staff]


def get_staff_index() -> StaffIndex:
    """The index of all staff, in one query."""
    index = StaffIndex()
    for number, staff_no, name in Staff.objects.order_by("staff_no").values_list("id", "staff_no", "name"):
        index.by_number[staff_no] = number
        index.by_name.setdefault(name.replace(" ", ""), []).append(number)
        index.shown[number] = staff_no
    return index


def find_staff(*, said: str) -> Staff | None:
    """The person with this number or this unique name; None when nobody or several."""
    try:
        return Staff.objects.get(pk=get_staff_index().find(said))
    except Unreadable:
        return None


def get_departments() -> dict[str, int]:
    """The row of each department by name."""
    return dict(Department.objects.values_list("name", "id"))


def get_posting(*, staff: Staff, on: date) -> Posting | None:
    """A person's posting on a day."""
    held = Posting.objects.filter(staff=staff, effective_on__lte=on).select_related("department")
    return held.order_by("-effective_on").first()


def list_holders(*, post: Post, on: date, department: Department | None = None) -> list[Staff]:
    """Who holds a post on a day (in a department, when one is given); the one appointed last comes first.

    Of two appointed on one day the one whose appointment was recorded last.
    """
    current: dict[int, Posting] = {}
    for posting in Posting.objects.filter(effective_on__lte=on).select_related("staff").order_by("effective_on", "pk"):
        current[posting.staff_id] = posting
    holding = [
        posting
        for posting in current.values()
        if posting.post == post and (department is None or posting.department_id == department.pk)
    ]
    holding.sort(key=lambda posting: (posting.effective_on, posting.pk), reverse=True)
    return [posting.staff for posting in holding]


def list_departments() -> list[Department]:
    """All departments by name."""
    return list(Department.objects.order_by("name"))


def get_postings(*, staff_ids: Collection[int], on: date) -> dict[int, Posting]:
    """The posting that each of these people holds on a day, with its department; people without one are left out."""
    current: dict[int, Posting] = {}
    held = Posting.objects.filter(staff_id__in=staff_ids, effective_on__lte=on).select_related("department")
    for posting in held.order_by("effective_on"):
        current[posting.staff_id] = posting
    return current
