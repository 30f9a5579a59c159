"""The lists of penalties and appeals as Excel, filtered as their pages are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from baohou.kernel.accountability.ledger import Story, iterate_ledger
from baohou.kernel.accountability.views import filters_of
from baohou.kernel.accountability.worklist import AppealRow, iterate_appeals, part_for
from baohou.kernel.papers.tables import Head
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file


@door()
def ledger_file(request: Asked) -> HttpResponse:
    """The penalties that the list shows, the newest first; the first hundred thousand."""
    found = iterate_ledger(request.person, filters_of(request), on=request.today, most=MOST_ROWS)
    texts = (_("责任人"), _("工号"), _("部门"), _("未按时办的事"), _("客户"))
    heads = [
        *(Head(text) for text in texts),
        *(Head(_("原期限"), "date"), Head(_("条款")), Head(_("状态"))),
        *(Head(_("处罚（元）"), "fen"), Head(_("净额（元）"), "fen")),
    ]
    note = _("截至 %(on)s，最近记账的在前") % {"on": request.today.isoformat()}
    title, on = _("处罚记录"), request.today
    return rows_file(request, _penalties(found), heads=heads, title=title, note=note, on=on, kind="ledger")


@door()
def appeals_file(request: Asked) -> HttpResponse:
    """The appeals of the part that the page shows; the first hundred thousand."""
    found = iterate_appeals(request.person, part_for(request.person, request.GET.get("part", "")), most=MOST_ROWS)
    texts = (_("申诉人"), _("工号"), _("部门"), _("未按时办的事"), _("客户"))
    heads = [
        *(Head(text) for text in texts),
        *(Head(_("提出"), "date"), Head(_("说的是"))),
        *(Head(_("处罚（元）"), "fen"), Head(_("净额（元）"), "fen")),
        *(Head(_("结果")), Head(_("结案日"), "date"), Head(_("裁定人"))),
    ]
    note = _("截至 %(on)s") % {"on": request.today.isoformat()}
    title, on = _("申诉"), request.today
    return rows_file(request, _appeals(found), heads=heads, title=title, note=note, on=on, kind="appeals")


def _penalties(found: Iterable[Story]) -> Iterator[list[Any]]:
    for story in found:
        first = story.first
        yield [
            *(first.staff.name, first.staff.staff_no, first.department.name if first.department else ""),
            *(_(story.duty_word), first.party.name if first.party else ""),
            *(first.due_on, first.clause, _state(story), story.penalty_fen, story.net_fen),
        ]


def _state(story: Story) -> str:
    """What became of a penalty, in the words of the page; empty while it stands as booked."""
    if story.appealed:
        return _("申诉待裁定")
    if not story.net_fen:
        return _("已减免") if story.was_waived else _("已冲回")
    return _("部分减免") if story.was_waived else ""


def _appeals(found: Iterable[AppealRow]) -> Iterator[list[Any]]:
    for row in found:
        appeal = row.appeal
        decision = appeal.decision if appeal.closed_on else None
        outcome = _(decision.get_verdict_display()) if decision else _("已冲回") if row.is_void else _("待裁定")
        yield [
            *(appeal.staff.name, appeal.staff.staff_no, appeal.department.name if appeal.department else ""),
            *(_(row.duty_word), row.party.name if row.party else "", appeal.filed_on, appeal.text),
            *(row.penalty_fen, row.left_fen, outcome, appeal.closed_on, decision.by.name if decision else ""),
        ]
