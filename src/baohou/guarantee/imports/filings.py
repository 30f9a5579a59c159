"""What departments filed each quarter, by file (PGM.9, PGM.11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from baohou.core.period import quarter_of
from baohou.core.sayings import listed, say
from baohou.guarantee.imports.rows import PlainNoun
from baohou.guarantee.imports.words import read_filing_kind
from baohou.guarantee.models import Filing
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.reading import Column, read_code, read_date, read_quarter
from baohou.kernel.papers.taking import Compared, Written
from baohou.kernel.people.queries import get_departments


class FilingsFile(PlainNoun):
    """One row is a department's table, plan or hand-over of a quarter, filed on a day; nothing else follows from it."""

    kind: ClassVar[str] = "filings"
    title: ClassVar[str] = "季度上报"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("department", "业务部门", read_code, max_length=64, aliases=("部门",)),
        Column("quarter", "季度", read_quarter),
        Column("kind", "上报类别", read_filing_kind, aliases=("类别", "上报内容")),
        Column("filed_on", "上报日", read_date, aliases=("上报日期",)),
        Column("by", "上报人", read_code, aliases=("经办人",)),
    )
    keys: ClassVar[tuple[str, ...]] = ("department", "quarter", "kind")
    key_fields: ClassVar[tuple[str, ...]] = ("department_id", "quarter", "kind")
    model = Filing
    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("filed_on", "filed_on"),
        Compared("by", "by_id"),
    )

    def look_up(self) -> None:
        self.departments = get_departments()

    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        name, quarter, kind = (self.value(values, code) for code in self.keys)
        department = self.departments.get(name)
        if department is None and name is not None:
            self.fault(
                number,
                "department",
                name,
                say("没有这个部门；已有 %(names)s", names=listed(self.departments) or say("（无）")),
            )
        return None if None in (department, quarter, kind) else (department, quarter, kind)

    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        return self.value(values, "filed_on"), self.staff_of(number, values, "by")

    def check(self, number: int, values: Sequence[Any]) -> None:
        self.at_most_today(number, values, "filed_on")

    def name_of(self, values: Sequence[Any]) -> str:
        quarter = quarter_of(self.value(values, "quarter"))
        return f"{self.value(values, 'department')} {quarter} {self.value(values, 'kind').zh}"

    def settle(self, written: Written, act: Act) -> None:
        """A department's duties are derived anew in each run: there is nothing to mark."""
