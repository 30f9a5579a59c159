"""Grades of clients by file (PGM.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from baohou.guarantee.imports.rows import CLIENT, ClientNoun
from baohou.guarantee.imports.words import read_grade, zh_of
from baohou.guarantee.models import GradeChange
from baohou.guarantee.rules.words import Grade
from baohou.kernel.papers.reading import Column, read_code, read_date, read_text
from baohou.kernel.papers.taking import Compared


class GradesFile(ClientNoun):
    """One row is the grade that a client has from a day on."""

    kind: ClassVar[str] = "grades"
    title: ClassVar[str] = "风险分类"
    columns: ClassVar[tuple[Column, ...]] = (
        CLIENT,
        Column("grade", "风险分类", read_grade, aliases=("分类", "风险等级", "等级")),
        Column("effective_on", "生效日", read_date, aliases=("分类日期", "评定日", "生效日期")),
        Column("because", "理由", read_text, required=False, aliases=("分类理由",)),
        Column("by", "评定人", read_code, aliases=("经办人",)),
    )
    keys: ClassVar[tuple[str, ...]] = ("client_id_no", "effective_on")
    key_fields: ClassVar[tuple[str, ...]] = ("client_id", "effective_on")
    model = GradeChange

    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("grade", "grade", zh_of(Grade)),
        Compared("because", "because"),
        Compared("by", "by_id"),
    )

    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        client, on = self.client_of(number, values), self.value(values, "effective_on")
        return None if client is None or on is None else (client, on)

    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        because = self.value(values, "because") or ""
        return self.value(values, "grade"), because, self.staff_of(number, values, "by")
