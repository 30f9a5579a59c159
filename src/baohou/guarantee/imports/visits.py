"""Visits made, by file (PGM.3 to PGM.6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, ClassVar

from baohou.core.sayings import say
from baohou.guarantee.imports.lookups import get_first_issues, get_projects
from baohou.guarantee.imports.rows import CLIENT, PROJECT, ClientNoun
from baohou.guarantee.imports.words import read_visit_kind
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.sealed_visits import sealed_visits
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers.reading import Column, read_code, read_date, read_text
from baohou.kernel.papers.taking import Compared, Fact, Key, Stored, chunks


class VisitsFile(ClientNoun):
    """One row is a visit made to a client; a routine one names the guarantee that it was made for."""

    kind: ClassVar[str] = "visits"
    title: ClassVar[str] = "回访记录"
    columns: ClassVar[tuple[Column, ...]] = (
        CLIENT,
        Column("project_no", "项目编号", read_code, required=False, max_length=64, aliases=PROJECT.aliases),
        Column("visited_on", "回访日", read_date, aliases=("回访日期", "回访时间")),
        Column("kind", "回访类别", read_visit_kind, aliases=("类别", "回访种类", "回访类型")),
        Column("by", "回访人", read_code, aliases=("经办人",)),
        Column("methods", "方法", read_text, required=False, aliases=("回访方法", "回访方式")),
        Column("summary", "摘要", read_text, required=False, aliases=("回访摘要", "回访情况")),
    )
    keys: ClassVar[tuple[str, ...]] = ("client_id_no", "project_no", "visited_on", "kind")
    key_fields: ClassVar[tuple[str, ...]] = ("client_id", "guarantee_id", "visited_on", "kind")
    day_at: ClassVar[int] = 2
    fixed: ClassVar[dict[str, Any]] = {"findings": "{}"}
    model = Visit
    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("by", "by_id"),
        Compared("methods", "methods"),
        Compared("summary", "summary"),
    )

    def look_up(self) -> None:
        super().look_up()
        self.projects = get_projects(project_nos=self.all_of("project_no"))
        self.first_issues = get_first_issues(clients=self.clients.values())
        fields = (*self.key_fields, *(one.lookup for one in self.compared))
        width = len(self.key_fields)
        self.sealed: dict[Hashable, tuple[Any, ...]] = {}
        for piece in chunks(sorted(self.clients.values())):
            told = sealed_visits(clients=piece).values_list(*fields)
            self.sealed |= {row[:width]: row[width:] for row in told}

    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        client, kind = self.client_of(number, values), self.value(values, "kind")
        project_no, visited_on = self.value(values, "project_no"), self.value(values, "visited_on")
        project = self.projects.get(project_no)
        wrong = None
        if project_no is None and kind == VisitKind.ROUTINE:
            wrong = say("例行回访必须填写项目编号")
        elif project_no is not None and project is None:
            wrong = say("没有这个项目；请核对编号，新项目先导入在保项目")
        elif project is not None and client is not None and project.client_id != client:
            wrong = say("这个项目是另一个客户的")
        if wrong:
            self.fault(number, "project_no", project_no, wrong)
        if wrong or None in (client, kind, visited_on):
            return None
        return client, project.id if project else None, visited_on, kind

    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        methods, summary = self.value(values, "methods") or "", self.value(values, "summary") or ""
        return self.staff_of(number, values, "by"), methods, summary

    def check(self, number: int, values: Sequence[Any]) -> None:
        visited_on, id_no = self.value(values, "visited_on"), self.value(values, CLIENT.code)
        client = self.clients.get(id_no)
        first = None if client is None else self.first_issues.get(client)
        if client is not None and first is None:
            self.fault(number, CLIENT.code, id_no, say("这个客户没有任何担保项目"))
        if first is not None and visited_on is not None and visited_on < first:
            self.fault(
                number, "visited_on", visited_on, say("早于客户的第一笔担保（%(first)s）", first=first.isoformat())
            )
        self.at_most_today(number, values, "visited_on")

    def facts(self) -> Iterator[Fact]:
        for fact in super().facts():
            sealed = self.sealed.get(fact.key)
            if sealed is not None and self.differing(sealed, fact.values):
                said = say("这次回访的报告已封存，不能用导入改；请在报告上加补充")
                self.fault(fact.number, self.keys[0], fact.name, said)
            else:
                yield fact

    def obstacles(self, found: Sequence[tuple[Key, Stored]]) -> Iterator[tuple[Key, str]]:
        for key, _ in found:
            if key.key in self.sealed:
                yield key, say("这次回访的报告已封存，不能删除")
