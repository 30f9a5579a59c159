"""The general manager's view: the portfolio and its change over quarters, the clauses kept, the heaviest clients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.core.money import HOME_CURRENCY
from baohou.core.period import quarter_of
from baohou.guarantee.queries.pages.overview import (
    Portion,
    get_kept_by_clause,
    get_portions,
    list_heaviest,
)
from baohou.guarantee.queries.summaries import days_shown, get_editions
from baohou.guarantee.rules.words import CLAUSE_OF, Dimension, Grade
from baohou.guarantee.services.summaries import keep_up
from baohou.guarantee.views.ageing import CODE, ageing
from baohou.guarantee.views.cuts import LINES, Cut, cuts, over_quarters
from baohou.guarantee.views.sheets import (
    clients_url,
    columns_of_amounts,
    duties_url,
    guarantees_url,
    one_sheet,
    sheet_page,
    sheets_file,
    top,
)
from baohou.kernel.papers.tables import Cell, Head, Sheet
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.rulebook.queries import get_rule_book

SHOWN = 10
"""So many values of a dimension stand on the page; the rest are one row that opens the whole table."""


@door(Right.SEE_EVERYTHING)
def overview_page(request: Asked) -> HttpResponse:
    """经营总览."""
    as_of = keep_up(on=request.today)
    whole = _Whole(request.today)
    now, before = whole.now, whole.before
    by = request.GET.get("by", "")
    by = by if by in whole.currencies else ""
    changed = partial(clients_url, today=request.today, since=whole.days[-2])
    context = {
        "as_of": as_of,
        "editions": get_editions(),
        "by": by,
        "sheets": lambda: _sheets(
            whole, most=SHOWN, views=[by]
        ),  # only put together while the page does not have them yet
        "on": request.today,
        "now": now,
        "change": now.total - before.total,
        "before": quarter_of(whole.days[-2]),
        "watched": now.of_grades(Grade.WATCH, Grade.RISK),
        "watched_change": now.of_grades(Grade.WATCH, Grade.RISK) - before.of_grades(Grade.WATCH, Grade.RISK),
        "grades": [
            (grade, now.of_grades(grade), now.of_grades(grade) - before.of_grades(grade), changed(grade=grade.code))
            for grade in Grade
        ],
        "urls": {
            "all": reverse("clients"),
            "changed": changed(),
            "watched": clients_url(today=request.today, grade="watched"),
            "watched_changed": changed(grade="watched"),
        },
    }
    return render(request, "guarantee/overview.html", context)


@door(Right.SEE_EVERYTHING, Thing.TABLE)
def table_page(request: Asked, code: str) -> HttpResponse:
    """One table with all of its rows."""
    keep_up(on=request.today)
    sheet = one_sheet(_sheets(_Whole(request.today)), code)
    file = reverse("overview.file", args=[code])
    return sheet_page(request, sheet, back=reverse("overview"), back_title=_("经营总览"), file=file)


@door(Right.SEE_EVERYTHING, Thing.TABLE)
def table_file(request: Asked, code: str) -> HttpResponse:
    """One table, or all of them, as Excel."""
    keep_up(on=request.today)
    sheets = _sheets(_Whole(request.today))
    wanted = sheets if code == "all" else [one_sheet(sheets, code)]
    title = _("经营总览") if code == "all" else wanted[0].title
    return sheets_file(request, wanted, f"{title}-{request.today}.xlsx")


def tables(today: date) -> list[Sheet]:
    """All tables with all of their rows."""
    keep_up(on=today)
    return _sheets(_Whole(today))


class _Whole:
    """The portfolio as a whole on each day shown."""

    def __init__(self, today: date) -> None:
        self.today, self.days = today, days_shown(today)
        self.by_day = {day: found.get("", Portion()) for day, found in _portions(Dimension.WHOLE, self.days).items()}
        self.now, self.before = self.by_day[self.days[-1]], self.by_day[self.days[-2]]
        held = {currency for portion in self.by_day.values() for currency in portion.amounts}
        self.currencies = sorted(held, key=lambda currency: (currency != HOME_CURRENCY, currency))


def _portions(dimension: Dimension, days: list[date]) -> dict[date, dict[str, Portion]]:
    return get_portions(dimension, days=days)


def _sheets(whole: _Whole, *, most: int = 0, views: Sequence[str] | None = None) -> list[Sheet]:
    """All tables; with ``most`` only so many values of each dimension, and the rest in one row.

    ``views`` are the ways in which each cut over the quarters is told: of clients (an empty text), or of the amounts in
    a currency; without it all of them.
    """
    found, views = cuts(), ["", *whole.currencies] if views is None else views
    return [
        _by_quarter(whole),
        _kept(whole.today),  # beside it on the page, so that each cut stands beside itself over the quarters
        *(sheet for cut in found for sheet in (_by_value(whole, cut, most), *_over(whole, cut, most, views))),
        ageing(whole.today, whole=reverse("overview.table", args=[CODE]), most=most),
        *_heaviest(whole),
    ]


def _over(whole: _Whole, cut: Cut, most: int, views: Sequence[str]) -> list[Sheet]:
    about: dict[str, Any] = {"days": whole.days, "currencies": whole.currencies, "most": LINES if most else 0}
    return [over_quarters(cut, **about, by=by) for by in views]


def _by_quarter(whole: _Whole) -> Sheet:
    """Clients by grade on each quarter's last day and the business day."""
    url = partial(clients_url, today=whole.today)
    rows: list[list[Cell]] = []
    before: Portion | None = None
    last: date | None = None
    for day in whole.days:
        portion = whole.by_day[day]
        label = str(quarter_of(day)) if day != whole.today else _("今日 %(on)s") % {"on": day.isoformat()}
        counts = [Cell(portion.of_grades(grade), url(on=day, grade=grade.code)) for grade in Grade]
        change = None if before is None else portion.total - before.total
        amounts = _amounts(whole, portion, partial(guarantees_url, today=whole.today, on=day))
        rows.append(
            [Cell(label), *counts, Cell(portion.total, url(on=day)), Cell(change, _since(url, last, day)), *amounts]
        )
        before, last = portion, day
    return Sheet(
        code="grade",
        title=_("在保客户按风险分类"),
        note=_("各季末与今日在保户数；没有评定过的按制度的默认分类计"),
        heads=[
            Head(_("时点")),
            *(Head(_(grade.zh), "count", grade.code, drawn=True) for grade in Grade),
            Head(_("合计"), "count"),
            Head(_("比上期"), "change"),
            *columns_of_amounts(whole.currencies, _("在保金额")),
        ],
        rows=rows,
        chart="stack",
    )


def _since(url: Callable[..., str], since: date | None, day: date) -> str:
    """Who came and went between two days; nothing for the first of all."""
    return url(on=day, since=since) if since else ""


def _by_value(whole: _Whole, cut: Cut, most: int) -> Sheet:
    """Clients, guarantees and amounts by the values of a dimension, the greatest first."""
    found = get_portions(cut.dimension, days=[whole.days[-2], whole.today])
    now, before = found[whole.today], found[whole.days[-2]]
    own = cut.is_own
    home = whole.currencies[0] if whole.currencies else ""
    rank = [(portion.total if own else portion.amounts[home], value) for value, portion in now.items()]
    order = [value for _size, value in sorted(rank, reverse=True)]
    rows = [_value_row(whole, cut, value, now[value], before.get(value), own) for value in order]
    alone = () if own else (1, 2)  # clients and their change: one may stand in several rows
    grades = [Head(_(grade.zh), "count", grade.code, drawn=True) for grade in Grade] if own else []
    return Sheet(
        code=cut.dimension.code,
        title=_("在保按%(what)s") % {"what": cut.title},
        note=_("户数为有在保业务的客户") if own else _("一户有几种的各计一次；金额按每笔业务计"),
        heads=[
            Head(cut.title),
            *grades,
            Head(_("户数"), "count"),
            Head(_("比上季末"), "change"),
            Head(_("笔数"), "count"),
            *columns_of_amounts(whole.currencies, _("在保金额"), drawn=not own),
        ],
        rows=top(rows, most, whole=reverse("overview.table", args=[cut.dimension.code]), alone=alone),
        chart="bars" if rows else "",
        foot=_foot(whole, own),
    )


def _value_row(
    whole: _Whole, cut: Cut, value: str, portion: Portion, before: Portion | None, own: bool
) -> Sequence[Cell]:
    asked: dict[str, Any] = dict(cut.asks(value))
    url = partial(clients_url, today=whole.today, **asked)
    held = partial(guarantees_url, today=whole.today, **asked)
    grades = [Cell(portion.of_grades(grade), url(grade=grade.code)) for grade in Grade] if own else []
    return [
        Cell(cut.name(value) or _("未填"), url()),
        *grades,
        Cell(portion.total, url()),
        Cell(portion.total - (before.total if before else 0), url(since=whole.days[-2])),
        Cell(portion.guarantees, held()),
        *_amounts(whole, portion, held),
    ]


def _foot(whole: _Whole, own: bool) -> Sequence[Cell]:
    url, held = partial(clients_url, today=whole.today), partial(guarantees_url, today=whole.today)
    grades = [Cell(whole.now.of_grades(grade), url(grade=grade.code)) for grade in Grade] if own else []
    return [
        Cell(_("合计")),
        *grades,
        Cell(whole.now.total, url()),
        Cell(whole.now.total - whole.before.total, url(since=whole.days[-2])),
        Cell(whole.now.guarantees, held()),
        *_amounts(whole, whole.now, held),
    ]


def _amounts(whole: _Whole, portion: Portion, held: Callable[..., str]) -> list[Cell]:
    """A cell for each currency, which opens the guarantees that it is the sum of."""
    return [Cell(portion.amounts.get(currency, 0), held(currency=currency)) for currency in whole.currencies]


def _kept(today: date) -> Sheet:
    """The share done in time of each clause, by the quarter due."""
    clauses = sorted(set(CLAUSE_OF.values()), key=lambda code: (len(code), code))
    version = get_rule_book().in_force(today)
    titles = {code: version.clauses[code].title if version and code in version.clauses else "" for code in clauses}
    rows = []
    for quarter, kept in get_kept_by_clause(on=today).items():
        cells = []
        for code in clauses:
            going = kept.get(code)
            of = f"{going.on_time}/{going.judged}" if going and going.judged else ""
            href = duties_url(kind=code, quarter=str(quarter), judged=1)
            cells.append(Cell(going.rate if going else None, href, of=of))
        rows.append([Cell(str(quarter)), *cells])
    return Sheet(
        code="clauses",
        title=_("各条款按时率"),
        note=_("按应办期限所在的季度；逾期未办的计为不按时，未到期的不计"),
        heads=[Head(_("季度")), *(Head(f"{code} {titles[code]}".strip(), "share", drawn=True) for code in clauses)],
        rows=rows,
        chart="lines" if len(rows) > 1 else "",
    )


def _heaviest(whole: _Whole) -> list[Sheet]:
    """The heaviest clients, a table for each currency."""
    heavy = list_heaviest(on=whole.today)
    sheets = []
    for place, currency in enumerate(dict.fromkeys(one.currency for one in heavy)):
        rows = [
            [
                Cell(one.name, reverse("clients.one", args=[one.client_id])),
                Cell(_(one.grade.zh) if one.grade else _("未分类"), tone=one.grade.code if one.grade else ""),
                Cell(one.amount_fen, reverse("clients.one", args=[one.client_id])),
                Cell(one.share, guarantees_url(today=whole.today, currency=currency)),
            ]
            for one in heavy
            if one.currency == currency
        ]
        sheets.append(
            Sheet(
                code="heaviest" if place == 0 else f"heaviest-{currency}",
                title=_("在保金额最大的 %(n)s 户（%(currency)s）") % {"n": len(rows), "currency": currency},
                note=_("占比为占同一币种全部在保金额"),
                heads=[
                    Head(_("客户")),
                    Head(_("风险分类")),
                    *columns_of_amounts([currency], _("在保金额"), drawn=True),
                    Head(_("占比"), "share"),
                ],
                rows=rows,
                chart="bars",
            )
        )
    return sheets
