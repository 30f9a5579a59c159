"""What the room's importers share: staff named in cells, and tables whose rows are a key, values and an act."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from baohou.core.sayings import say
from baohou.guarantee.services.touch import touch
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.reading import Column, Reading, Unreadable, read_code
from baohou.kernel.papers.taking import Fact, Key, Noun, Stored, Written, chunks, insert_rows, update_rows
from baohou.kernel.parties.identity import read_identity
from baohou.kernel.parties.queries import get_party_ids
from baohou.kernel.people.queries import get_staff_index

CLIENT = Column("client_id_no", "证件号码", read_identity, aliases=("客户证件号码", "统一社会信用代码", "身份证号"))
PROJECT = Column("project_no", "项目编号", read_code, max_length=64, aliases=("担保项目编号",))
STAFF = frozenset({"by_id", "manager_a_id", "manager_b_id"})
"""The columns that hold a member of staff."""


class RoomNoun(Noun):
    """An importer whose rows name staff."""

    def __init__(self, *, reading: Reading, today: date) -> None:
        super().__init__(reading=reading, today=today)
        self.staff = get_staff_index()

    def staff_of(self, number: int, values: Sequence[Any], code: str) -> int | None:
        """The row of the person whom a cell names, None when it names nobody or an unknown one, who is a fault."""
        said = self.value(values, code)
        if said is None:
            return None
        try:
            return self.staff.find(said)
        except Unreadable as wrong:
            self.fault(number, code, said, wrong.message)
            return None

    def shown(self, values: Sequence[Any]) -> dict[str, Any]:
        said = super().shown(values)
        for one, value in zip(self.compared, values, strict=True):
            if one.lookup in STAFF:
                said[one.code] = self.staff.show(value)
        return said

    def at_most_today(self, number: int, values: Sequence[Any], code: str) -> None:
        """A fault when the day in the cell has not come yet."""
        on = self.value(values, code)
        if on is not None and on > self.today:
            self.fault(number, code, on, say("晚于今天（%(today)s），还没有发生", today=self.today.isoformat()))

    def all_of(self, code: str) -> set[Any]:
        """Every value of a column in the file."""
        return {self.value(row.values, code) for row in self.reading.rows} - {None}


class PlainNoun(RoomNoun):
    """An importer of rows that one table holds as they are: ``key_fields`` and the compared lookups are its columns."""

    key_fields: ClassVar[tuple[str, ...]]
    fixed: ClassVar[dict[str, Any]] = {}

    def facts(self) -> Iterator[Fact]:
        self.look_up()
        for number, values, good in self.reading.rows:
            before = len(self.reading.faults)
            key = self.key_of(number, values)
            said = self.values_of(number, values)
            self.check(number, values)
            if good and key is not None and len(self.reading.faults) == before:
                yield Fact(number, key, self.name_of(values), said)

    def removals(self) -> Iterator[Key]:
        self.look_up()
        for number, values, good in self.reading.rows:
            key = self.key_of(number, values)
            if good and key is not None:
                yield Key(number, key, self.name_of(values))

    @abstractmethod
    def look_up(self) -> None:
        """Find what the rows name, for the whole file at once."""

    @abstractmethod
    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The key of a row, as values of the key fields; None when something it names does not exist (a fault) or
        could not be read (a fault already)."""

    @abstractmethod
    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        """The compared values of a row; unknown staff are faults."""

    def check(self, number: int, values: Sequence[Any]) -> None:
        """Further faults of a row."""

    def name_of(self, values: Sequence[Any]) -> str:
        """The key as people write it."""
        said = (self.value(values, code) for code in self.keys)
        return " ".join(_shown(one) for one in said if one is not None)

    def stored(self, keys: Iterable[Any]) -> dict[Hashable, Stored]:
        wanted = set(keys)
        width = 1 + len(self.key_fields)
        fields = ("id", *self.key_fields, *(one.lookup for one in self.compared))
        found: dict[Hashable, Stored] = {}
        for piece in chunks(sorted({key[0] for key in wanted})):
            rows = self.model._default_manager.filter(**{f"{self.key_fields[0]}__in": piece})
            for row in rows.values_list(*fields):
                if row[1:width] in wanted:
                    found[row[1:width]] = Stored(row[0], row[width:])
        return found

    def add(self, facts: Sequence[Fact], act: Act) -> None:
        fields = (*self.key_fields, *(one.lookup for one in self.compared), *self.fixed, "act_id")
        fixed = (*self.fixed.values(), act.pk)
        rows = [(*key, *values, *fixed) for _, key, _, values in facts if isinstance(key, tuple)]
        insert_rows(model=self.model, fields=fields, rows=rows)

    def change(self, changes: Sequence[tuple[Stored, Fact]], act: Act) -> None:
        fields = [one.lookup for one in self.compared]
        update_rows(model=self.model, fields=fields, rows=[(*fact.values, before.id) for before, fact in changes])


class ClientNoun(PlainNoun):
    """An importer of facts about clients; the key begins with the client's row, its day stands at ``day_at``."""

    day_at: ClassVar[int] = 1

    def look_up(self) -> None:
        self.clients = get_party_ids(id_nos=self.all_of(CLIENT.code))

    def client_of(self, number: int, values: Sequence[Any]) -> int | None:
        """The client's row; an unknown client is a fault."""
        id_no = self.value(values, CLIENT.code)
        client = self.clients.get(id_no)
        if client is None and id_no is not None:
            self.fault(number, CLIENT.code, id_no, say("没有这个客户；请核对号码，新客户先导入在保项目"))
        return client

    def settle(self, written: Written, act: Act) -> None:
        keys = [fact.key for fact in written.added]
        keys += [fact.key for _, fact in written.changed]
        keys += [key.key for key, _ in written.removed]
        touch([(key[0], key[self.day_at]) for key in keys if isinstance(key, tuple)])


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(getattr(value, "zh", value))
