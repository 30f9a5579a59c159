"""Changes of the managers of guarantees, by file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from baohou.core.sayings import say
from baohou.guarantee.imports.lookups import Project, get_projects
from baohou.guarantee.imports.rows import PROJECT, PlainNoun
from baohou.guarantee.models import Guarantee, ManagerAppointment
from baohou.guarantee.services.touch import touch
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.reading import Column, read_code, read_date
from baohou.kernel.papers.taking import Compared, Written, chunks


class ManagersFile(PlainNoun):
    """One row gives a guarantee its A and B manager from a day on, until the next row."""

    kind: ClassVar[str] = "managers"
    title: ClassVar[str] = "经理变更"
    columns: ClassVar[tuple[Column, ...]] = (
        PROJECT,
        Column("manager_a", "A角", read_code, aliases=("项目经理A角", "A角经理")),
        Column("manager_b", "B角", read_code, required=False, aliases=("项目经理B角", "B角经理")),
        Column("effective_on", "生效日", read_date, aliases=("变更日", "生效日期")),
    )
    keys: ClassVar[tuple[str, ...]] = ("project_no", "effective_on")
    key_fields: ClassVar[tuple[str, ...]] = ("guarantee_id", "effective_on")
    model = ManagerAppointment
    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("manager_a", "manager_a_id"),
        Compared("manager_b", "manager_b_id"),
    )

    def look_up(self) -> None:
        self.projects: dict[str, Project] = get_projects(project_nos=self.all_of("project_no"))

    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        project_no, on = self.value(values, "project_no"), self.value(values, "effective_on")
        project = self.projects.get(project_no)
        if project is None and project_no is not None:
            self.fault(number, "project_no", project_no, say("没有这个项目；请核对编号，新项目先导入在保项目"))
        return None if project is None or on is None else (project.id, on)

    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        return self.staff_of(number, values, "manager_a"), self.staff_of(number, values, "manager_b")

    def check(self, number: int, values: Sequence[Any]) -> None:
        project_no, on = self.value(values, "project_no"), self.value(values, "effective_on")
        project = self.projects.get(project_no)
        if project is not None and on is not None and on < project.issued_on:
            issued = project.issued_on.isoformat()
            self.notes.append(
                say(
                    "第 %(number)s 行：%(project_no)s 的变更日 %(on)s 早于起始日 %(issued)s，请核对",
                    number=number,
                    project_no=project_no,
                    on=on.isoformat(),
                    issued=issued,
                )
            )

    def settle(self, written: Written, act: Act) -> None:
        keys = [fact.key for fact in written.added]
        keys += [fact.key for _, fact in written.changed]
        keys += [key.key for key, _ in written.removed]
        pairs = [key for key in keys if isinstance(key, tuple)]
        clients = _clients_of(project for project, _ in pairs)
        touch([(clients[project], on) for project, on in pairs])


def _clients_of(projects: Iterable[int]) -> dict[int, int]:
    clients: dict[int, int] = {}
    for piece in chunks(sorted(set(projects))):
        clients.update(Guarantee.objects.filter(pk__in=piece).values_list("id", "client_id"))
    return clients
