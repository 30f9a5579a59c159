"""The department that a form is for, found by its name."""

from __future__ import annotations

from baohou.core.errors import Refused
from baohou.kernel.people.models import Department

_LISTED = 20


def get_department(*, name: str) -> Department:
    """The department of this name; Refused, with the names there are, when there is none."""
    found = Department.objects.filter(name=name.strip()).first()
    if found is not None:
        return found
    known = list(Department.objects.order_by("pk").values_list("name", flat=True)[: _LISTED + 1])
    if not known:
        raise Refused("guarantee.export.no_department", "还没有任何部门，请先导入在保台账或员工名册")
    listed = "、".join(known[:_LISTED]) + ("等" if len(known) > _LISTED else "")
    raise Refused(
        "guarantee.export.unknown_department", "没有“%(name)s”这个部门；现有部门：%(listed)s", name=name, listed=listed
    )
