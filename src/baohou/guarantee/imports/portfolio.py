"""The portfolio by file: guarantees with their clients, whom to call there, departments and first managers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from baohou.core.money import HOME_CURRENCY, format_yuan
from baohou.core.sayings import say
from baohou.guarantee.imports import reached
from baohou.guarantee.imports.reached import Reached, ReachedColumns, nothing
from baohou.guarantee.imports.rows import CLIENT, PROJECT, RoomNoun
from baohou.guarantee.models import Guarantee, ManagerAppointment, Visit
from baohou.guarantee.services.touch import touch
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_changes
from baohou.kernel.papers.reading import (
    Column,
    Reading,
    Unreadable,
    read_code,
    read_currency,
    read_date,
    read_fen,
    read_text,
    read_wan,
)
from baohou.kernel.papers.taking import Compared, Fact, Key, Stored, Written, chunks, insert_rows, update_rows
from baohou.kernel.parties.industries import UNKNOWN, show_industry
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.queries import Known, get_known
from baohou.kernel.parties.sections import read_industry
from baohou.kernel.parties.services import add_parties, place_parties, rename_parties
from baohou.kernel.people.services import Departments

_OF_GUARANTEE = (
    Compared("client_id_no", "client__id_no"),
    Compared("client_name", "client__name"),
    Compared("industry", "client__industry", show_industry),
    Compared("department", "department__name"),
    Compared("manager_a", "manager_a_id"),
    Compared("manager_b", "manager_b_id"),
    Compared("product", "product"),
    Compared("bank", "bank"),
    Compared("amount", "amount_fen", format_yuan),
    Compared("currency", "currency"),
    Compared("issued_on", "issued_on"),
    Compared("ends_on", "ends_on"),
    Compared("released_on", "released_on"),
)
"""What a row says but for whom to call and which account repays."""
_OWN = tuple(one for one in _OF_GUARANTEE if "__" not in one.lookup)
"""What the guarantee itself keeps; the rest is kept with its client and department."""


class PortfolioFile(RoomNoun):
    """One row is a guarantee. Its client and its department are added when they are new."""

    kind: ClassVar[str] = "portfolio"
    title: ClassVar[str] = "在保项目"
    columns: ClassVar[tuple[Column, ...]] = (
        PROJECT,
        Column("client_name", "客户名称", read_text, max_length=128, aliases=("客户", "被担保人")),
        CLIENT,
        Column("department", "业务部门", read_code, max_length=64, aliases=("部门",)),
        Column("manager_a", "A角", read_code, aliases=("项目经理A角", "A角经理")),
        Column("manager_b", "B角", read_code, required=False, aliases=("项目经理B角", "B角经理")),
        Column("product", "业务品种", read_text, required=False, max_length=64),
        Column("bank", "合作银行", read_text, required=False, max_length=128, aliases=("贷款银行",)),
        Column("amount", "担保金额", read_fen, aliases=("金额",), units={"元": read_fen, "万元": read_wan}),
        Column("issued_on", "起始日", read_date, aliases=("担保起始日", "放款日")),
        Column("ends_on", "到期日", read_date, required=False, aliases=("担保到期日",)),
        Column("released_on", "解保日", read_date, required=False, aliases=("解保日期", "解除日")),
        Column("currency", "币种", read_currency, required=False),
        Column("industry", "行业", read_industry, required=False, aliases=("行业门类", "国民经济行业")),
        *reached.COLUMNS,
    )
    keys: ClassVar[tuple[str, ...]] = ("project_no",)
    model = Guarantee
    compared: ClassVar[tuple[Compared, ...]] = (*_OF_GUARANTEE, *reached.COMPARED)
    own: ClassVar[tuple[str, ...]] = ("client_id", "department_id", *(one.lookup for one in _OWN))

    def __init__(self, *, reading: Reading, today: date) -> None:
        super().__init__(reading=reading, today=today)
        self.departments = Departments()
        self._clients: dict[str, Known] = {}
        self._said: dict[str, tuple[str, int, int]] = {}
        self._new_departments: dict[str, int] = {}
        self._reached = ReachedColumns(self)
        self._accounts: dict[Hashable, str] = {}

    def facts(self) -> Iterator[Fact]:
        self._clients = get_known(id_nos=self.all_of("client_id_no"))
        self._reached.look_up(known.id for known in self._clients.values())
        for number, values, good in self.reading.rows:
            before = len(self.reading.faults)
            fact = self._fact(number, values, good=good)
            if good and len(self.reading.faults) == before:
                yield fact
        for name in self.departments.new:
            first = self._new_departments[name]
            self.notes.append(
                say(
                    "新部门“%(name)s”（第 %(first)s 行起）：员工表里没有它，暂无部门经理；若是笔误请改正后再导入",
                    name=name,
                    first=first,
                )
            )

    def _fact(self, number: int, values: Sequence[Any], *, good: bool) -> Fact:
        self._check_days(number, values)
        id_no, name = self.value(values, "client_id_no"), self.value(values, "client_name")
        industry = self.value(values, "industry") or UNKNOWN
        self._check_client(number, id_no, name, industry)
        said = {
            "client_id_no": id_no,
            "client_name": name,
            "industry": industry,
            "department": self._department(number, values),
            "manager_a": self.staff_of(number, values, "manager_a"),
            "manager_b": self.staff_of(number, values, "manager_b"),
            "product": self.value(values, "product") or "",
            "bank": self.value(values, "bank") or "",
            "amount": self.value(values, "amount"),
            "currency": self.value(values, "currency") or HOME_CURRENCY,
            "issued_on": self.value(values, "issued_on"),
            "ends_on": self.value(values, "ends_on"),
            "released_on": self.value(values, "released_on"),
            **(self._read_reached(number, values, id_no) if good else nothing()),
        }
        project_no = self.value(values, "project_no")
        return Fact(number, project_no, project_no, self.in_order(said))

    def _read_reached(self, number: int, values: Sequence[Any], id_no: str | None) -> Reached:
        known = self._clients.get(id_no or "")
        said = {code: self.value(values, code) for code in (*(one.code for one in reached.COLUMNS), "client_id_no")}
        found = self._reached.read(number, said, known.id if known else None)
        self._accounts[self.value(values, "project_no")] = found["account_no"]
        return found

    def _check_client(self, number: int, id_no: str | None, name: str | None, industry: int) -> None:
        """A client has one name and one industry, whichever of its rows says them."""
        if not id_no or not name:
            return
        first_name, first_industry, first = self._said.setdefault(id_no, (name, industry, number))
        if first_name != name:
            self.fault(
                number,
                "client_name",
                name,
                say("与第 %(first)s 行的证件号码相同而名称不同（%(first_name)s）", first=first, first_name=first_name),
            )
        if first_industry != industry:
            other = say(show_industry(first_industry) or "未填")
            said = show_industry(industry)
            self.fault(
                number,
                "industry",
                said,
                say("与第 %(first)s 行的证件号码相同而行业不同（%(other)s）", first=first, other=other),
            )

    def _check_days(self, number: int, values: Sequence[Any]) -> None:
        issued_on, released_on = self.value(values, "issued_on"), self.value(values, "released_on")
        ends_on = self.value(values, "ends_on")
        if issued_on is None:
            return
        if released_on is not None and released_on <= issued_on:
            self.fault(
                number,
                "released_on",
                released_on,
                say("必须晚于起始日（%(issued_on)s）", issued_on=issued_on.isoformat()),
            )
        if ends_on is not None and ends_on < issued_on:
            self.fault(number, "ends_on", ends_on, say("早于起始日（%(issued_on)s）", issued_on=issued_on.isoformat()))

    def _department(self, number: int, values: Sequence[Any]) -> str | None:
        name: str | None = self.value(values, "department")
        if name is None:
            return None
        try:
            name = self.departments.read(name)
        except Unreadable as wrong:
            self.fault(number, "department", name, wrong.message)
        if name not in self.departments.known:
            self._new_departments.setdefault(name, number)
        return name

    def beside(self, fact: Fact) -> Iterator[tuple[str, Any, Any]]:
        """A new guarantee of a known client under another name or industry: the client would be changed."""
        said = self.by_code(fact.values)
        known = self._clients.get(said["client_id_no"])
        if known is None:
            return
        if known.name != said["client_name"]:
            yield "client_name", known.name, said["client_name"]
        if self._places and known.industry != said["industry"]:
            yield "industry", show_industry(known.industry), show_industry(said["industry"])
        yield from self._reached.beside(known.id, said)

    def differing(self, before: Sequence[Any], after: Sequence[Any]) -> list[int]:
        """As for all files, but that an empty cell says nothing of contacts and accounts."""
        found = super().differing(before, after)
        return [i for i in found if after[i] or self.compared[i].code not in reached.CODES]

    @property
    def _places(self) -> bool:
        """Whether the file says industries at all: a missing column says nothing."""
        return "industry" in self.reading.present

    def removals(self) -> Iterator[Key]:
        for number, values, good in self.reading.rows:
            if not good:
                continue
            project_no = self.value(values, "project_no")
            yield Key(number, project_no, project_no)

    def obstacles(self, found: Sequence[tuple[Key, Stored]]) -> Iterator[tuple[Key, str]]:
        for model, what in ((Visit, say("回访记录")), (ManagerAppointment, say("经理变更"))):
            referring: set[int] = set()
            for piece in chunks([row.id for _, row in found]):
                rows = model._default_manager.filter(guarantee_id__in=piece)
                referring.update(rows.values_list("guarantee_id", flat=True))
            yield from (
                (key, say("还有%(what)s，请先删除它们", what=what)) for key, row in found if row.id in referring
            )

    def stored(self, keys: Iterable[Any]) -> dict[Hashable, Stored]:
        lookups = ["project_no", "id", "client_id", *(one.lookup for one in _OF_GUARANTEE)]
        codes = [one.code for one in _OF_GUARANTEE]
        found: dict[Hashable, Stored] = {}
        for piece in chunks(sorted(keys)):
            rows = Guarantee.objects.filter(project_no__in=piece).values_list(*lookups)
            for project_no, number, client, *values in rows:
                known = self._reached.stored(client, self._accounts.get(project_no, ""))
                said = dict(zip(codes, values, strict=True)) | known
                found[project_no] = Stored(number, self.in_order(said))
        return found

    def add(self, facts: Sequence[Fact], act: Act) -> None:
        rows = [(fact.key, *own, act.pk) for fact, own in zip(facts, self._own(facts), strict=True)]
        insert_rows(model=Guarantee, fields=("project_no", *self.own, "act_id"), rows=rows)

    def change(self, changes: Sequence[tuple[Stored, Fact]], act: Act) -> None:
        facts = [fact for _, fact in changes]
        rows = [(*own, before.id) for (before, _), own in zip(changes, self._own(facts), strict=True)]
        update_rows(model=Guarantee, fields=self.own, rows=rows)

    def _own(self, facts: Sequence[Fact]) -> Iterator[tuple[Any, ...]]:
        """The values of the guarantee's own columns; clients and departments that are new are added."""
        said = [self.by_code(fact.values) for fact in facts]
        names = {one["client_id_no"]: one["client_name"] for one in said}
        new = {id_no: name for id_no, name in names.items() if id_no not in self._clients}
        industries = {one["client_id_no"]: one["industry"] for one in said} if self._places else {}
        added = add_parties(names=new, industries=industries)
        self._clients |= {
            id_no: Known(number, new[id_no], industries.get(id_no, UNKNOWN)) for id_no, number in added.items()
        }
        departments = self.departments.rows(one["department"] for one in said)
        for one in said:
            client, department = self._clients[one["client_id_no"]].id, departments[one["department"]]
            yield client, department, *(one[own.code] for own in _OWN)

    def settle(self, written: Written, act: Act) -> None:
        said = [self.by_code(fact.values) for fact in (*written.added, *(fact for _, fact in written.changed))]
        self._bring_up(said, act)
        before = [row for row, _ in written.changed] + [row for _, row in written.removed]
        concerned = [*said, *(self.by_code(row.values) for row in before)]
        days = [(one["client_id_no"], one["issued_on"]) for one in concerned]
        clients = self._clients | get_known(id_nos={id_no for id_no, _ in days} - self._clients.keys())
        touch([(clients[id_no].id, on) for id_no, on in days])

    def _bring_up(self, rows_said: Sequence[Mapping[str, Any]], act: Act) -> None:
        """Give known clients what the file says of them: names and industries with their history, whom to call."""
        said = {one["client_id_no"]: one["client_name"] for one in rows_said}
        stale = [(id_no, self._clients[id_no]) for id_no, name in said.items() if self._clients[id_no].name != name]
        rename_parties(names={known.id: said[id_no] for id_no, known in stale})
        rows = [(id_no, {"client_name": known.name}, {"client_name": said[id_no]}) for id_no, known in stale]
        placed = {one["client_id_no"]: one["industry"] for one in rows_said} if self._places else {}
        moved = [(id_no, self._clients[id_no]) for id_no, to in placed.items() if self._clients[id_no].industry != to]
        place_parties(industries={known.id: placed[id_no] for id_no, known in moved})
        rows += [
            (id_no, {"industry": show_industry(known.industry)}, {"industry": show_industry(placed[id_no])})
            for id_no, known in moved
        ]
        record_changes(act=act, table=Party._meta.label, rows=rows)
        self._reached.bring((self._clients[one["client_id_no"]].id, one) for one in rows_said)
