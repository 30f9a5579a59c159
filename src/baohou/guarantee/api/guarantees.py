"""All guarantees in force, cut as the overview is."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Query
from pydantic import Field

from baohou.guarantee.queries.pages.guarantee_list import GuaranteeFilters, list_guarantees
from baohou.guarantee.views.asked import industry_asked, said
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, In, Limit, Out, Page, Word
from baohou.kernel.people.access import Right

room = Room("在保业务")


class GuaranteeQuery(In):
    """The same cuts as the page's; "-" asks for what nobody has said."""

    department: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    product: Word = ""
    bank: Word = ""
    industry: Word = Field("", description="行业代码，“-”为未填")
    currency: Word = ""
    on: date | None = Field(None, description="截至哪一天，不晚于营业日；不写为营业日")

    def filters(self) -> GuaranteeFilters:
        """As the list wants them."""
        return GuaranteeFilters(
            department_id=self.department,
            product=said(self.product),
            bank=said(self.bank),
            industry=industry_asked(self.industry),
            currency=self.currency,
        )


class ListedGuaranteeOut(Out):
    """A guarantee on the list, with its manager A as of the day; the amount in fen."""

    id: int
    project_no: str
    client: int
    client_name: str
    department: str
    manager: str
    product: str
    bank: str
    currency: str
    amount_fen: int
    issued_on: date
    ends_on: date | None


@room.reads("/guarantees", Page[ListedGuaranteeOut], right=Right.SEE_EVERYTHING)
def list_all(
    request: Call, asked: Annotated[GuaranteeQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[ListedGuaranteeOut]:
    """在保业务，起始日近的在前。"""
    page = list_guarantees(
        on=min(asked.on or request.today, request.today),
        filters=asked.filters(),
        after=opened(request, cursor),
        most=limit,
        counted=False,
    )
    items = [
        ListedGuaranteeOut(
            id=row.id,
            project_no=row.project_no,
            client=row.client_id,
            client_name=row.client,
            department=row.department,
            manager=row.manager,
            product=row.product,
            bank=row.bank,
            currency=row.currency,
            amount_fen=row.amount_fen,
            issued_on=row.issued_on,
            ends_on=row.ends_on,
        )
        for row in page.rows
    ]
    return Page[ListedGuaranteeOut](items=items, next=sealed(request, page.after))
