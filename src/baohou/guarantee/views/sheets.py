"""What the pages of sums share: addresses of the lists behind numbers, and tables as pages and as Excel."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.guarantee.queries.pages.overview import Going
from baohou.guarantee.views.asked import NOT_SAID
from baohou.kernel.papers.tables import Cell, Head, Sheet, write_sheets
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.exports import XLSX, hand_out

Rows = Sequence[Sequence[Cell]]

STATES = (("on_time", "done"), ("late", "late"), ("overdue", "overdue"), ("open", "open"), ("lapsed", "lapsed"))
"""The counts of how duties went, and the state that the list of duties asks for by."""


def clients_url(*, today: date, on: date | None = None, since: date | None = None, **asked: str | int) -> str:
    """The list of clients behind a number; an empty text asks for what nobody has said, ``since`` for what changed."""
    words = {name: str(value) or NOT_SAID for name, value in asked.items()}
    if on is not None and on != today:
        words["on"] = on.isoformat()
    if since is not None:
        words["since"] = since.isoformat()
    return f"{_list('clients')}?{urlencode(words)}"


def guarantees_url(*, today: date, on: date | None = None, **asked: str | int) -> str:
    """The list of guarantees behind a number, as clients_url."""
    words = {name: str(value) or NOT_SAID for name, value in asked.items()}
    if on is not None and on != today:
        words["on"] = on.isoformat()
    return f"{_list('guarantees')}?{urlencode(words)}"


def duties_url(**asked: str | int) -> str:
    """The list of duties behind a number."""
    return f"{_list('duties')}?{urlencode(asked)}"


@cache
def _list(name: str) -> str:
    """The address of a list: a table has hundreds of cells that open one."""
    return reverse(name)


def going_cells(going: Going, **asked: str | int) -> list[Cell]:
    """The five states, each opening its duties, and the rate with what it is a share of."""
    all_of_them = duties_url(**asked)
    beside = "&" if asked else ""
    cells = [Cell(getattr(going, name), f"{all_of_them}{beside}state={code}") for name, code in STATES]
    said = f"{going.on_time}/{going.judged}" if going.judged else ""
    return [*cells, Cell(going.rate, f"{all_of_them}{beside}judged=1", of=said)]


def one_sheet(sheets: Sequence[Sheet], code: str) -> Sheet:
    """The table of a code; not found when there is none."""
    found = next((sheet for sheet in sheets if sheet.code == code), None)
    if found is None:
        raise Http404
    return found


def sheet_page(request: Asked, sheet: Sheet, *, back: str, back_title: str, file: str) -> HttpResponse:
    """One table with all of its rows."""
    context = {"sheet": sheet, "back": back, "back_title": back_title, "file": file}
    return render(request, "guarantee/sheet.html", context)


def sheets_file(request: Asked, sheets: Sequence[Sheet], name: str, *, door: str = "page") -> HttpResponse:
    """Tables as an Excel file of a Chinese name."""
    out = io.BytesIO()
    write_sheets(sheets=sheets, out=out)
    rows = sum(len(sheet.rows) for sheet in sheets)
    return hand_out(request, out.getvalue(), name=name, content_type=XLSX, kind="sums", rows=rows, door=door)


def top(rows: Rows, most: int, *, whole: str, alone: Collection[int] = ()) -> Rows:
    """The first rows, and the others as one that opens the whole table; all of them when ``most`` is 0.

    The numbers of the others are added, but for the columns ``alone``, whose sum would say nothing: of clients that
    stand in several rows, or of days.
    """
    if not most or len(rows) <= most + 1:
        return rows
    others = rows[most:]
    sums = [
        None if place in alone else sum(row[place].value or 0 for row in others) for place in range(1, len(rows[0]))
    ]
    return [
        *rows[:most],
        [Cell(_("其他 %(n)s 项") % {"n": len(others)}, whole), *(Cell(one, whole) for one in sums)],
    ]


def columns_of_amounts(currencies: Sequence[str], title: str, *, drawn: bool = False) -> list[Head]:
    """A column for each currency; amounts of different ones are never added."""
    return [
        Head(
            _("%(title)s（%(currency)s）") % {"title": title, "currency": currency},
            "fen",
            drawn=drawn and place == 0,
            currency=currency,
        )
        for place, currency in enumerate(currencies)
    ]
