"""How the portfolio is cut: by department, product, bank and industry; and each cut over the quarters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.core.period import quarter_of
from baohou.guarantee.queries.pages.overview import get_amounts_over, get_clients_over, name_departments
from baohou.guarantee.rules.words import Dimension
from baohou.guarantee.views.asked import industry_word
from baohou.guarantee.views.sheets import clients_url, guarantees_url, top
from baohou.kernel.papers.tables import Cell, Head, Sheet, View
from baohou.kernel.parties.industries import Industry

LINES = 8
"""So many values are told apart in a chart over quarters; the rest are one row that opens the whole table."""


@dataclass(frozen=True)
class Cut:
    """How the portfolio is cut by a dimension: what it is called, a value's name, and what asks the list for it."""

    dimension: Dimension
    title: str
    name: Callable[[str], str | None]
    asks: Callable[[str], dict[str, str]]

    @property
    def is_own(self) -> bool:
        """Whether each client has one value; of products and banks it may have several and stands in each."""
        return self.dimension in (Dimension.DEPARTMENT, Dimension.INDUSTRY)


def cuts() -> list[Cut]:
    """All cuts, in the order of the page."""
    departments = {str(row): name for row, name in name_departments().items()}
    industries = {str(industry.value): industry_word(industry.value) for industry in Industry}
    return [
        Cut(Dimension.DEPARTMENT, _("部门"), departments.get, lambda value: {"department": value}),
        Cut(Dimension.PRODUCT, _("业务品种"), lambda value: value, lambda value: {"product": value}),
        Cut(Dimension.BANK, _("合作银行"), lambda value: value, lambda value: {"bank": value}),
        Cut(Dimension.INDUSTRY, _("行业"), industries.get, _asks_industry),
    ]


def _asks_industry(value: str) -> dict[str, str]:
    return {"industry": Industry(int(value)).name if value != "0" else ""}


def code_of(cut: Cut, currency: str = "") -> str:
    """The code of a cut's table over quarters: of clients, or of what is guaranteed in a currency."""
    return f"{cut.dimension.code}-quarters{'-' if currency else ''}{currency}"


def over_quarters(cut: Cut, *, days: Sequence[date], currencies: Sequence[str], most: int = 0, by: str = "") -> Sheet:
    """Clients by the values of a cut on each quarter's last day and the business day, the greatest today first.

    ``by`` one of the currencies what is guaranteed in it; each leads to the other. With ``most`` it stands on the page.
    """
    found = get_amounts_over(cut.dimension, days=days)[by] if by else get_clients_over(cut.dimension, days=days)
    today = days[-1]
    order = sorted(found, key=lambda value: (*(-found[value].get(day, 0) for day in reversed(days)), value))
    rows = [_row(cut, value, found[value], days, by) for value in order]
    labels = [str(quarter_of(day)) if day != today else _("今日 %(on)s") % {"on": day.isoformat()} for day in days]
    whole = bool(by) or cut.is_own
    alone = () if whole else range(1, len(days) + 1)  # a client may stand in several rows
    kind, (title, note) = "fen" if by else "count", _told(cut, by)
    return Sheet(
        code=code_of(cut, by),
        title=title,
        note=note,
        heads=[Head(cut.title), *(Head(label, kind, drawn=True, currency=by) for label in labels)],
        rows=top(rows, most, whole=reverse("overview.table", args=[code_of(cut, by)]), alone=alone),
        chart=("stack" if whole else "lines") if rows else "",
        across=True,
        views=[
            View(_named(currency, currencies), _place(cut, currency, on_page=most > 0), currency == by)
            for currency in ["", *currencies]
        ],
    )


def _told(cut: Cut, currency: str) -> tuple[str, str]:
    """The title of a table over quarters, and what it says of itself."""
    if currency:
        said = {"what": cut.title, "currency": currency}
        return _("各%(what)s在保金额的季度变化（%(currency)s）") % said, _("各季末与今日在保金额，按每笔业务计")
    note = _("各季末与今日在保户数") if cut.is_own else _("各季末与今日在保户数；一户有几种的各计一次")
    return _("各%(what)s在保户数的季度变化") % {"what": cut.title}, note


def _named(currency: str, currencies: Sequence[str]) -> str:
    if not currency:
        return _("户数")
    return _("金额") if len(currencies) == 1 else _("金额 %(currency)s") % {"currency": currency}


def _place(cut: Cut, currency: str, *, on_page: bool) -> str:
    """Where the table stands: on the page as it is shown by a currency, or on a page of its own."""
    code = code_of(cut, currency)
    if not on_page:
        return reverse("overview.table", args=[code])
    return f"{reverse('overview')}{'?by=' if currency else ''}{currency}#{code}"


def _row(cut: Cut, value: str, by_day: Mapping[date, int], days: Sequence[date], currency: str) -> list[Cell]:
    asked: dict[str, Any] = dict(cut.asks(value))
    if currency:
        url = partial(guarantees_url, today=days[-1], **asked, currency=currency)
    else:
        url = partial(clients_url, today=days[-1], **asked)
    return [Cell(cut.name(value) or _("未填"), url()), *(Cell(by_day.get(day, 0), url(on=day)) for day in days)]
