"""The made-up company as one workbook with a sheet for each import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from baohou.core.money import HOME_CURRENCY
from baohou.core.period import quarter_of
from baohou.guarantee.imports import reached
from baohou.guarantee.imports.filings import FilingsFile
from baohou.guarantee.imports.grades import GradesFile
from baohou.guarantee.imports.managers import ManagersFile
from baohou.guarantee.imports.orders import OrdersFile
from baohou.guarantee.imports.portfolio import PortfolioFile
from baohou.guarantee.imports.sample.clients import Client, ClientMaker, Guarantee
from baohou.guarantee.imports.sample.company import found_company
from baohou.guarantee.imports.sample.names import Names, industry_of, reached_of
from baohou.guarantee.imports.sample.work import Order, Visit, Worker
from baohou.guarantee.imports.visits import VisitsFile
from baohou.kernel.papers.books import open_book
from baohou.kernel.papers.taking import Noun
from baohou.kernel.people.imports import StaffFile

_WIDTH = 16


def write_sample(*, clients: int, seed: int, on: date, path: Path, still_open: bool = False) -> None:
    """Write a company with so many clients, told for the day ``on``; the same arguments give the same bytes.

    With ``still_open`` no department has reported yet for the quarter that ended last.
    """
    random = Random(f"{seed} {clients} {on.isoformat()}")  # noqa: S311  (made-up people need no secrets)
    names = Names(random)
    company = found_company(clients=clients, on=on, random=random, names=names)
    maker = ClientMaker(company=company, on=on, random=random, names=names)
    worker = Worker(company=company, on=on, random=random)
    made = [maker.make() for _ in range(clients)]
    orders = [worker.orders(client) for client in made]
    visits = [worker.visits(client, ordered) for client, ordered in zip(made, orders, strict=True)]
    since = min((client.guarantees[0].issued_on for client in made), default=on)
    filings = [filing for department in company.departments for filing in worker.filings(department, since)]
    if still_open:
        last = max((filing.quarter for filing in filings), default=on)
        filings = [filing for filing in filings if filing.quarter < last]
    with open_book(path) as book:
        book.set_properties({"title": "保后样例", "created": datetime.combine(on, time())})
        sheets = _Sheets(book)
        staff = [(p.staff_no, p.name, p.department, p.post.label, p.effective_on) for p in company.postings]
        sheets.write(StaffFile, staff)
        _write_clients(sheets, made)
        _write_work(sheets, visits, orders)
        sheets.write(
            FilingsFile,
            [(f.department.name, str(quarter_of(f.quarter)), f.kind.zh, f.on, f.by.staff_no) for f in filings],
        )


def _write_clients(sheets: _Sheets, clients: Sequence[Client]) -> None:
    held = [(client, one) for client in clients for one in client.guarantees]
    held.sort(key=lambda pair: pair[1].project_no)
    sheets.write(PortfolioFile, [_portfolio_row(client, one) for client, one in held])
    changes = [(one.project_no, a.staff_no, b.staff_no, day) for _, one in held for day, a, b in one.changes]
    sheets.write(ManagersFile, changes)
    grades = [(c.id_no, grade.zh, day, because, by.staff_no) for c in clients for day, grade, because, by in c.grades]
    sheets.write(GradesFile, grades)


def _portfolio_row(client: Client, one: Guarantee) -> tuple[Any, ...]:
    managers = (one.manager_a.staff_no, one.manager_b and one.manager_b.staff_no)
    days = (one.issued_on, one.ends_on, one.released_on)
    party = (client.name, client.id_no)
    said = reached_of(client.id_no, one.bank)
    what = (
        one.product,
        one.bank,
        one.yuan,
        *days,
        HOME_CURRENCY,
        industry_of(client.name, client.id_no),
        *(said.get(column.code, "") for column in reached.COLUMNS),
    )
    return (one.project_no, *party, one.department.name, *managers, *what)


def _write_work(sheets: _Sheets, visits: Iterable[Sequence[Visit]], orders: Iterable[Sequence[Order]]) -> None:
    sheets.write(VisitsFile, [_visit_row(visit) for made in visits for visit in made])
    sheets.write(
        OrdersFile,
        [(o.client.id_no, o.on, o.urgency.zh, o.by.staff_no, o.because) for ordered in orders for o in ordered],
    )


def _visit_row(visit: Visit) -> tuple[Any, ...]:
    project_no = visit.guarantee and visit.guarantee.project_no
    what = (visit.methods, visit.summary)
    return (visit.client.id_no, project_no, visit.on, visit.kind.zh, visit.by.staff_no, *what)


class _Sheets:
    """The workbook's sheets, one a kind of import, with its Chinese headers."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bg_color": "#E7EEF7", "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.money = book.add_format({"num_format": "#,##0.00"})

    def write(self, noun: type[Noun], rows: Sequence[Sequence[Any]]) -> None:
        page = self.book.add_worksheet(noun.title)
        page.freeze_panes(1, 0)
        page.set_column(0, len(noun.columns) - 1, _WIDTH)
        page.write_row(0, 0, [column.header for column in noun.columns], self.head)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, place, datetime.combine(value, time()), self.day)
                elif isinstance(value, int):
                    page.write_number(number, place, value, self.money)
                elif value:
                    page.write_string(number, place, value)
