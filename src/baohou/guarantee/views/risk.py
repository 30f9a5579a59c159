"""The risk department's view: who has handed in, visits on time, watch and risk clients, what was returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.queries.pages.overview import (
    Going,
    Portion,
    get_portions,
    get_visits_kept,
    name_departments,
    name_staff,
    quarters_shown,
)
from baohou.guarantee.queries.pages.risk import get_handed_in, list_returned, list_sent_back
from baohou.guarantee.queries.pages.watched import list_watched_today
from baohou.guarantee.queries.summaries import days_shown, get_editions
from baohou.guarantee.rules.words import Dimension, Grade
from baohou.guarantee.services.summaries import keep_up
from baohou.guarantee.views.ageing import CODE, ageing
from baohou.guarantee.views.guards import quarter_named
from baohou.guarantee.views.sheets import clients_url, going_cells, one_sheet, sheet_page, sheets_file
from baohou.kernel.papers.tables import Cell, Head, Sheet
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing

PEOPLE_SHOWN = 15
"""So many people stand on the page, those with the most not done in time first; the whole table has all."""
DEPARTMENTS_SHOWN = 50
"""So many departments stand in each table of the page; the whole table, and the reports, have all."""
STANDINGS = ("overdue", "missing", "returned", "handed_in", "accepted")
ASKED = {**{code: (code,) for code in STANDINGS}, "unreported": ("overdue", "missing")}
"""What the address may ask of how reports stand, and which those are."""


@door(Right.SEE_EVERYTHING, Thing.QUARTER)
def risk_page(request: Asked, quarter: str = "") -> HttpResponse:
    """风险视图 of the quarter in which things are due."""
    chosen = _chosen(request, quarter)
    as_of = keep_up(on=request.today)
    handed_in = get_handed_in(request.person, chosen.previous(), on=request.today)
    standing = request.GET.get("standing", "")
    by_grade = get_visits_kept("grade", chosen)
    rows = [row for row in handed_in.rows if standing not in ASKED or any(row.has(code) for code in ASKED[standing])]
    context = {
        "as_of": as_of,
        "quarter": chosen,
        "quarters": quarters_shown(request.today)[:6],
        "handed_in": handed_in,
        "rows": rows[:DEPARTMENTS_SHOWN],
        "left_out": len(rows) - DEPARTMENTS_SHOWN,
        "standing": standing if standing in ASKED else "",
        "asked": ASKED.get(standing, ()),
        "counts": [(code, handed_in.count(code)) for code in STANDINGS],
        "missing": handed_in.count("missing", "overdue"),
        "overdue": handed_in.count("overdue"),
        "overdue_visits": sum(going.overdue for going in by_grade.values()),
        "editions": get_editions(),
        "sheets": lambda: [  # only put together while the page does not have them yet
            _by_department(chosen, DEPARTMENTS_SHOWN),
            _by_grade(chosen, by_grade),
            _ageing(request.today, chosen, DEPARTMENTS_SHOWN),
            _watched(request.today, chosen, DEPARTMENTS_SHOWN),
            _by_person(chosen, PEOPLE_SHOWN),
        ],
        "returned": list_returned(on=request.today),
        "sent_back": list_sent_back(),
        "watched": list_watched_today(on=request.today),
        "watched_counts": _watched_counts(request.today),
    }
    return render(request, "guarantee/risk.html", context)


@door(Right.SEE_EVERYTHING, Thing.QUARTER, Thing.TABLE)
def table_page(request: Asked, quarter: str, code: str) -> HttpResponse:
    """One table with all of its rows."""
    chosen = _chosen(request, quarter)
    keep_up(on=request.today)
    sheet = one_sheet(_sheets(request.today, chosen), code)
    back, file = reverse("risk.quarter", args=[chosen]), reverse("risk.file", args=[chosen, code])
    return sheet_page(request, sheet, back=back, back_title=_("风险视图"), file=file)


@door(Right.SEE_EVERYTHING, Thing.QUARTER, Thing.TABLE)
def table_file(request: Asked, quarter: str, code: str) -> HttpResponse:
    """One table, or all of them, as Excel."""
    chosen = _chosen(request, quarter)
    keep_up(on=request.today)
    sheets = _sheets(request.today, chosen)
    wanted = sheets if code == "all" else [one_sheet(sheets, code)]
    title = _("风险视图") if code == "all" else wanted[0].title
    return sheets_file(request, wanted, f"{title}-{chosen}.xlsx")


def tables(today: date, quarter: Quarter) -> list[Sheet]:
    """All tables of a quarter with all of their rows."""
    keep_up(on=today)
    return _sheets(today, quarter)


def _chosen(request: Asked, quarter: str) -> Quarter:
    return quarter_named(quarter) if quarter else quarter_of(request.today)


def _sheets(today: date, quarter: Quarter) -> list[Sheet]:
    """All tables with all of their rows."""
    return [
        _by_department(quarter),
        _by_grade(quarter, get_visits_kept("grade", quarter)),
        _watched(today, quarter),
        _by_person(quarter),
        _ageing(today, quarter),
    ]


def _heads(first: str) -> list[Head]:
    return [
        Head(first),
        Head(_("按时办结"), "count", "good", drawn=True),
        Head(_("逾期办结"), "count", "watch", drawn=True),
        Head(_("逾期未办"), "count", "risk", drawn=True),
        Head(_("待办"), "count", "quiet", drawn=True),
        Head(_("已失效"), "count"),
        Head(_("按时率"), "share"),
    ]


def _note() -> str:
    return _("应办期限在这一季的例行、定期、特别回访；按时率 = 按时办结 ÷（按时办结＋逾期办结＋逾期未办）")


def _by_department(quarter: Quarter, most: int = 0) -> Sheet:
    kept, names = get_visits_kept("department", quarter), name_departments()
    url = {"kind": "visits", "quarter": str(quarter)}
    order = sorted(kept.items(), key=lambda pair: names.get(pair[0], ""))
    shown = order[:most] if most else order
    rows = [[Cell(names.get(row, _("无部门"))), *going_cells(going, **url, department=row)] for row, going in shown]
    return Sheet(
        code="department",
        title=_("各部门回访按时情况"),
        note=_note(),
        heads=_heads(_("部门")),
        rows=rows,
        chart="bars" if rows else "",
        **_rest(quarter, "department", len(order) - len(shown)),
        foot=[Cell(_("合计")), *going_cells(_total(kept.values()), **url)] if rows else (),
    )


def _by_person(quarter: Quarter, most: int = 0) -> Sheet:
    kept = get_visits_kept("owner", quarter)
    order = sorted(kept, key=lambda row: (-(kept[row].overdue + kept[row].late), -kept[row].overdue, row))
    shown = order[:most] if most else order
    names = name_staff(shown)
    rows = [
        [
            Cell(names.get(row, _("无责任人"))),
            *going_cells(kept[row], kind="visits", quarter=str(quarter), owner=row),
        ]
        for row in shown
    ]
    return Sheet(
        code="person",
        title=_("各责任人回访按时情况"),
        note=_("不按时最多的排在前面"),
        heads=_heads(_("责任人")),
        rows=rows,
        **_rest(quarter, "person", len(order) - len(shown)),
    )


def _ageing(today: date, quarter: Quarter, most: int = 0) -> Sheet:
    """What is overdue today, whatever quarter is looked at."""
    return ageing(today, whole=reverse("risk.table", args=[quarter, CODE]), most=most)


def _rest(quarter: Quarter, code: str, left_out: int) -> dict[str, Any]:
    """Where the rows of a table stand that the page leaves out."""
    return {"more": reverse("risk.table", args=[quarter, code]) if left_out else "", "left_out": left_out}


def _by_grade(quarter: Quarter, kept: Mapping[int, Going]) -> Sheet:
    rows = [
        [
            Cell(_(grade.zh), tone=grade.code),
            *going_cells(kept.get(grade.value, Going()), kind="visits", quarter=str(quarter), grade=grade.code),
        ]
        for grade in reversed(Grade)
    ]
    return Sheet(
        code="visits-by-grade",
        title=_("各类客户回访按时情况"),
        note=_("按应办期限那天的风险分类，期限未到的按今日的分类"),
        heads=_heads(_("风险分类")),
        rows=rows,
    )


def _watched(today: date, quarter: Quarter, most: int = 0) -> Sheet:
    """Watch and risk clients of each department at the end of the quarter before, and how many lack a measure."""
    end = quarter.previous().last
    known = end in days_shown(today)
    found = get_portions(Dimension.DEPARTMENT, days=[end])[end] if known else {}
    names = {str(row): name for row, name in name_departments().items()}
    order = sorted(found.items(), key=lambda pair: names.get(pair[0], ""))
    shown = order[:most] if most else order
    rows = [_watched_row(today, end, value, names.get(value, _("无部门")), portion) for value, portion in shown]
    return Sheet(
        code="watched",
        title=_("%(quarter)s 末关注、风险类客户与处置措施") % {"quarter": quarter.previous()},
        note=_("截至 %(on)s 的分类；缺措施的客户使该部门的分类表不能上报") % {"on": end.isoformat()},
        heads=[
            Head(_("部门")),
            Head(_("关注"), "count", "watch", drawn=True),
            Head(_("风险"), "count", "risk", drawn=True),
            Head(_("关注类缺措施"), "count"),
            Head(_("风险类缺措施"), "count"),
            Head(_("已填措施"), "share"),
        ],
        rows=rows,
        **_rest(quarter, "watched", len(order) - len(shown)),
    )


def _watched_row(today: date, end: date, value: str, name: str, portion: Portion) -> Sequence[Cell]:
    url = partial(clients_url, today=today, on=end, department=value)
    watched = portion.of_grades(Grade.WATCH, Grade.RISK)
    measured = portion.measured(Grade.WATCH, Grade.RISK)
    lacking = [portion.of_grades(grade) - portion.measured(grade) for grade in (Grade.WATCH, Grade.RISK)]
    quarter = quarter_of(end)
    return [
        Cell(name, reverse("reports.department", args=[quarter, value]) if value != "0" else ""),
        Cell(portion.of_grades(Grade.WATCH), url(grade="watch")),
        Cell(portion.of_grades(Grade.RISK), url(grade="risk")),
        Cell(lacking[0], url(grade="watch", measure="missing")),
        Cell(lacking[1], url(grade="risk", measure="missing")),
        Cell(
            measured / watched if watched else None, url(grade="watched"), of=f"{measured}/{watched}" if watched else ""
        ),
    ]


def _watched_counts(today: date) -> list[tuple[Grade, int]]:
    """How many are risk and watch today, as the sums have it."""
    whole = get_portions(Dimension.WHOLE, days=[today])[today].get("", Portion())
    return [(grade, whole.of_grades(grade)) for grade in (Grade.RISK, Grade.WATCH)]


def _total(goings: Iterable[Going]) -> Going:
    goings = list(goings)
    return Going(
        **{
            state: sum(getattr(going, state) for going in goings)
            for state in ("on_time", "late", "overdue", "open", "lapsed")
        }
    )
