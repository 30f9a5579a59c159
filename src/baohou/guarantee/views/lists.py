"""Lists as Excel, filtered as their pages are: reports of a quarter, measures, hand-overs, volumes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.masking import mask
from baohou.core.places import AT_ONCE
from baohou.guarantee.models import Measure, MeasureAction
from baohou.guarantee.queries.measures import Watched, iterate_watched
from baohou.guarantee.queries.pages.hand_overs import HandOverRow, list_hand_overs
from baohou.guarantee.queries.pages.reports import Cell, DepartmentReports, get_quarter_reports
from baohou.guarantee.queries.pages.volumes import count_papers, visible_volumes
from baohou.guarantee.queries.summaries import REPORTS
from baohou.guarantee.rules.words import DutyState, FilingVerb
from baohou.guarantee.services.summaries import keep_up
from baohou.guarantee.views.archive import filters_of
from baohou.guarantee.views.guards import department_for, quarter_named
from baohou.kernel.papers import archive
from baohou.kernel.papers.tables import Head
from baohou.kernel.people.access import Person
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file
from baohou.kernel.people.policy import Thing


@door(None, Thing.QUARTER)
def reports_file(request: Asked, quarter: str) -> HttpResponse:
    """Who has handed in what for a quarter: a row for each report of each department (PGM.9, PGM.11)."""
    chosen = quarter_named(quarter)
    found = get_quarter_reports(request.person, chosen, on=request.today)
    heads = [
        *(Head(_("部门")), Head(_("报表")), Head(_("期限"), "date"), Head(_("状态"))),
        *(Head(_("报送日"), "date"), Head(_("报送人")), Head(_("接收情况"))),
    ]
    note = _("截至 %(on)s，按部门排列") % {"on": request.today.isoformat()}
    title, on = _("%(quarter)s 季度报送") % {"quarter": chosen}, request.today
    return rows_file(request, _reports(found.rows), heads=heads, title=title, note=note, on=on, kind="reports")


def _reports(found: Iterable[DepartmentReports]) -> Iterator[list[Any]]:
    for row in found:
        for cell in row.cells:
            filing = cell.filing
            filed = (filing.filed_on, filing.by.name) if filing else (None, "")
            due_on = cell.duty.due_on if cell.duty else None
            yield [row.department.name, _(cell.kind.zh), due_on, _state(cell), *filed, _step(cell)]


def _state(cell: Cell) -> str:
    if cell.duty is not None:
        state = DutyState.read(cell.duty.state)
        return _(state.zh) if state else ""
    return _("已报") if cell.filing else _("不需报")


def _step(cell: Cell) -> str:
    """What the risk department did with a report, as the page says it; empty for one not handed in."""
    words = {
        FilingVerb.HANDED_IN: _("等待接收"),
        FilingVerb.RETURNED: _("已退回"),
        FilingVerb.ACCEPTED: _("已接收"),
        None: "",
    }
    return words[cell.step]


@door(None, Thing.QUARTER, Thing.WHOLE_DEPARTMENT)
def measures_file(request: Asked, quarter: str, department: int) -> HttpResponse:
    """A department's watch and risk clients at a quarter's end with their measures, numbers masked (PGM.10)."""
    chosen, of = quarter_named(quarter), department_for(request, department)
    found = iterate_watched(department=of, quarter=chosen.last, most=MOST_ROWS)
    conferred = (_("部门经理"), _("A 角"), _("B 角"), _("要办的事"))
    heads = [
        *(Head(_("客户")), Head(_("证件号码")), Head(_("风险分类")), Head(_("处置措施")), Head(_("填报日"), "date")),
        *(Head(text) for text in conferred),
    ]
    note = _("按 %(on)s 的分类，风险类在前") % {"on": chosen.last.isoformat()}
    title = _("%(department)s %(quarter)s 处置措施") % {"department": of.name, "quarter": chosen}
    rows, on = map(_watched, found), request.today
    return rows_file(request, rows, heads=heads, title=title, note=note, on=on, kind="measures")


def _watched(one: Watched) -> list[Any]:
    measure = one.measure
    return [*(one.client.name, mask(one.client.id_no), _(one.grade.zh)), *(_measure(measure) if measure else [""] * 6)]


def _measure(measure: Measure) -> list[Any]:
    second = measure.manager_b.name if measure.manager_b else ""
    people = (measure.department_manager.name, measure.manager_a.name, second)
    return [measure.text, measure.filed_on, *people, "；".join(map(_action, measure.actions.all()))]


def _action(action: MeasureAction) -> str:
    said = {"what": action.text, "who": action.responsible.name, "due_on": action.due_on, "done_on": action.done_on}
    if action.done_on:
        return _("%(what)s（%(who)s，期限 %(due_on)s，%(done_on)s 办结）") % said
    return _("%(what)s（%(who)s，期限 %(due_on)s）") % said


@door()
def hand_overs_file(request: Asked) -> HttpResponse:
    """How far each department's hand-over is, the part that the page shows (PGM.11)."""
    as_of = keep_up(on=request.today, parts=[REPORTS])
    found = list_hand_overs(request.person, on=request.today, part=request.GET.get("part", "open"))
    counts = (_("报告"), _("已移交"), _("已点收"), _("已归档"), _("缺"))
    heads = [
        *(Head(_("部门")), Head(_("季度")), Head(_("状态")), Head(_("期限"), "date"), Head(_("上报日"), "date")),
        *(Head(text, "count") for text in counts),
    ]
    note = _("截至 %(on)s，逾期的在前") % {"on": request.today.isoformat()}
    if as_of is not None:
        time = f"{timezone.localtime(as_of):%H:%M}"
        note = f"{note} · {_('合计截至 %(time)s，正在重算') % {'time': time}}"
    rows, title, on = map(_hand_over, found.rows), _("移交归档"), request.today
    return rows_file(request, rows, heads=heads, title=title, note=note, on=on, kind="hand-overs")


def _hand_over(row: HandOverRow) -> list[Any]:
    words = {
        "overdue": _("逾期未办"),
        "waiting": _("已签交，待签收"),
        "open": _("待补交") if row.filing else _("待移交"),
        "running": _("本季未结束"),
        "archived": _("已归档"),
        "history": _("历史记录"),
    }
    of, filed_on = row.progress, row.filing.filed_on if row.filing else None
    counts = (of.all, of.given, of.received, of.archived, of.missing) if row.state != "history" else [None] * 5
    return [row.department.name, str(row.quarter), words[row.state], row.due_on, filed_on, *counts]


@door()
def volumes_file(request: Asked) -> HttpResponse:
    """The volumes that the list shows, the newest first; the first hundred thousand."""
    on = timezone.localdate()
    within = visible_volumes(request.person)
    found = archive.iterate_volumes(within, filters=filters_of(request), on=on, most=MOST_ROWS)
    heads = [
        *(Head(_("卷号")), Head(_("部门")), Head(_("季度")), Head(_("立卷日"), "date"), Head(_("存放位置"))),
        *(Head(_("保管至"), "date"), Head(_("在哪里")), Head(_("应还"), "date")),
        *(Head(_("份数"), "count"), Head(_("页数"), "count")),
    ]
    note = _("截至 %(on)s，最近立卷的在前；保管至空着的为永久") % {"on": on.isoformat()}
    rows, title = _volumes(request.person, found), _("档案")
    return rows_file(request, rows, heads=heads, title=title, note=note, on=on, kind="volumes")


def _volumes(person: Person, found: Iterator[archive.Standing]) -> Iterator[list[Any]]:
    while some := list(islice(found, AT_ONCE)):
        papers = count_papers(person, [one.volume.pk for one in some])
        for one in some:
            volume, loan = one.volume, one.loan
            where = _("%(name)s 借出") % {"name": loan.borrower_name} if loan else _("在库")
            if volume.destruction:
                where = _("已于 %(on)s 销毁") % {"on": volume.destruction.on.isoformat()}
            yield [
                *(volume.number, volume.unit, volume.period, volume.opened_on),
                *(f"{volume.cabinet} {volume.shelf}".strip(), one.kept_through, where, loan.due_on if loan else None),
                *papers.get(volume.pk, (0, 0)),
            ]
