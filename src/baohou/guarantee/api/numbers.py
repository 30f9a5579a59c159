"""Tables of numbers: the general manager's overview, and the risk department's view of a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from baohou.guarantee.api.shapes import FilingCode
from baohou.guarantee.queries.pages.risk import Returned, list_returned_page
from baohou.guarantee.views import overview, risk
from baohou.guarantee.views.sheets import one_sheet, sheets_file
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Limit, Out, Page, QuarterName, Ref, quarter_of_path, ref
from baohou.kernel.papers.tables import Sheet
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import XLSX

room = Room("统计", personal=False)


class HeadOut(Out):
    """A column: text, count, change, fen, share or date."""

    title: str
    kind: str
    currency: str


class TableOfNumbersOut(Out):
    """A table: its columns, its rows, what it says of itself."""

    code: str
    title: str
    note: str
    heads: list[HeadOut]
    rows: list[list[str | int | float | None]]


class ReturnedOut(Out):
    """A report that was sent back and has not come again."""

    department: Ref | None
    quarter: str
    kind: FilingCode
    on: date
    by: str
    because: str


@room.reads("/returned-reports", Page[ReturnedOut], right=Right.SEE_EVERYTHING)
def returned(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[ReturnedOut]:
    """退回后还没有再报的报送，各季度的都在内，新退回的在前。"""
    after = opened(request, cursor)
    found, more = list_returned_page(on=request.today, before=int(after) if after else None, most=limit)
    return Page[ReturnedOut](items=[_returned(one) for one in found], next=sealed(request, more))


@room.reads("/overview", list[TableOfNumbersOut], right=Right.SEE_EVERYTHING)
def overview_tables(request: Call) -> list[TableOfNumbersOut]:
    """经营总览的各张表。"""
    return _told(overview.tables(request.today))


@room.serves("/overview/{code}.xlsx", XLSX, right=Right.SEE_EVERYTHING)
def overview_file(request: Call, code: str) -> HttpResponse:
    """经营总览的一张表（all 为全部）。"""
    return _file(request, overview.tables(request.today), code)


@room.reads("/risk/{quarter}", list[TableOfNumbersOut], right=Right.SEE_EVERYTHING)
def risk_tables(request: Call, quarter: QuarterName) -> list[TableOfNumbersOut]:
    """风险视图的各张表。"""
    return _told(risk.tables(request.today, quarter_of_path(quarter)))


@room.serves("/risk/{quarter}/{code}.xlsx", XLSX, right=Right.SEE_EVERYTHING)
def risk_file(request: Call, quarter: QuarterName, code: str) -> HttpResponse:
    """风险视图的一张表（all 为全部）。"""
    return _file(request, risk.tables(request.today, quarter_of_path(quarter)), code)


def _returned(one: Returned) -> ReturnedOut:
    return ReturnedOut(
        department=ref(one.department),
        quarter=str(one.quarter),
        kind=one.kind.code,  # type: ignore[arg-type]
        on=one.on,
        by=one.by,
        because=one.because,
    )


def _file(request: Call, sheets: Sequence[Sheet], code: str) -> HttpResponse:
    wanted = sheets if code == "all" else [one_sheet(sheets, code)]
    return sheets_file(request, wanted, f"{code}.xlsx", door=DOOR)


def _told(sheets: Sequence[Sheet]) -> list[TableOfNumbersOut]:
    return [
        TableOfNumbersOut(
            code=sheet.code,
            title=str(sheet.title),
            note=str(sheet.note),
            heads=[HeadOut(title=str(head.text), kind=head.kind, currency=head.currency) for head in sheet.heads],
            rows=[[_plain(cell.value) for cell in row] for row in sheet.rows],
        )
        for sheet in sheets
    ]


def _plain(value: Any) -> str | int | float | None:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else str(value)
