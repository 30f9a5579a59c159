"""Special visits ordered, by file (PGM.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from baohou.guarantee.imports.rows import CLIENT, ClientNoun
from baohou.guarantee.imports.words import read_urgency, zh_of
from baohou.guarantee.models import SpecialOrder
from baohou.guarantee.rules.words import Urgency
from baohou.kernel.papers.reading import Column, read_code, read_date, read_text
from baohou.kernel.papers.taking import Compared


class OrdersFile(ClientNoun):
    """One row is the special visit ordered for a client on a day."""

    kind: ClassVar[str] = "orders"
    title: ClassVar[str] = "特别回访安排"
    columns: ClassVar[tuple[Column, ...]] = (
        CLIENT,
        Column("ordered_on", "安排日", read_date, aliases=("安排日期", "下达日")),
        Column("urgency", "紧急程度", read_urgency, aliases=("级别",)),
        Column("by", "安排人", read_code, aliases=("下达人",)),
        Column("because", "理由", read_text, required=False),
    )
    keys: ClassVar[tuple[str, ...]] = ("client_id_no", "ordered_on")
    key_fields: ClassVar[tuple[str, ...]] = ("client_id", "ordered_on")
    model = SpecialOrder
    compared: ClassVar[tuple[Compared, ...]] = (
        Compared("urgency", "urgency", zh_of(Urgency)),
        Compared("because", "because"),
        Compared("by", "by_id"),
    )

    def key_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...] | None:
        client, on = self.client_of(number, values), self.value(values, "ordered_on")
        return None if client is None or on is None else (client, on)

    def values_of(self, number: int, values: Sequence[Any]) -> tuple[Any, ...]:
        because = self.value(values, "because") or ""
        return self.value(values, "urgency"), because, self.staff_of(number, values, "by")
