"""What every page shows around its own matter: where one can go, and whether the day has been run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baohou.desk.quick import address
from baohou.kernel.accountability.worklist import count_open_appeals
from baohou.kernel.notices.queries import count_unread
from baohou.kernel.people.access import Person, Right


@dataclass(frozen=True)
class Place:
    """An entry of the menu, for those with ``right`` or one of ``rights``; ``part`` heads a new part.

    ``waits``: counts what waits there for a person.
    """

    name: str
    title: str | Promise
    icon: str
    right: Right | None = None
    part: str | Promise = ""
    rights: tuple[Right, ...] = ()
    waits: Callable[[Person], int] | None = None

    def is_for(self, person: Person) -> bool:
        """Whether the person has use of it; of all but the forms of visits who reads everything has."""
        wanted = (self.right,) if self.right else self.rights
        reads = person.reads_only and self.right is not Right.RECORD_VISIT
        return not wanted or reads or any(person.may(right) for right in wanted)

    @property
    def url(self) -> str:
        return address(self.name)


class _Shown(NamedTuple):
    """An entry of the menu as the page of somebody shows it, with how many wait there."""

    name: str
    title: str | Promise
    icon: str
    part: str | Promise
    url: str
    waiting: int


_CHECKING = (
    Right.CHECK_PENALTY,
    Right.CHECK_GRADE,
    Right.CHECK_POST,
    Right.CHECK_ARCHIVE,
    Right.CHANGE_GRADE,
    Right.SEE_AUDIT,
)
"""Those who check acts, ask for what is checked, or read it all."""
PLACES = (
    Place("home", _("我的工作"), "checklist"),
    Place("clients", _("在保客户"), "users"),
    Place("onsite", _("现场回访"), "walk", Right.RECORD_VISIT),
    Place("plan", _("回访计划"), "calendar-week"),
    Place("grading", _("季末分类"), "list-details"),
    Place("reports", _("季度报送"), "file-check"),
    Place("handover", _("移交归档"), "archive"),
    Place("penalties", _("处罚记录"), "gavel"),
    Place("appeals", _("申诉"), "scale", rights=(Right.WAIVE, Right.SEE_EVERYTHING), waits=count_open_appeals),
    Place("approvals", _("复核"), "eye-check", rights=_CHECKING),
    Place("risk", _("风险视图"), "shield-check", Right.OVERSEE),
    Place("overview", _("经营总览"), "chart-bar", Right.SEE_EVERYTHING),
    Place("rule-book", _("制度"), "book-2", part=_("系统")),
    Place("people", _("人员"), "users-group", Right.SEE_PEOPLE),
    Place("runs", _("日终运行"), "history"),
    Place("audit", _("留痕"), "eye", Right.SEE_AUDIT),
    Place("outbox", _("发件箱"), "send", Right.ADMINISTER),
    Place("imports", _("导入数据"), "file-import", Right.ADMINISTER),
    Place("system", _("系统状态"), "heartbeat", Right.ADMINISTER),
)
ON_THE_THUMB = 4
"""So many places stand in the bar of a phone; the others are behind 更多."""


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """The menu of the person, the place one is at, and how far the business day is behind the calendar."""
    person: Person | None = getattr(request, "person", None)
    if person is None:
        return {}
    unread = count_unread(person.staff_id) if person.staff_id else 0
    places = [_shown(place, person) for place in PLACES if place.is_for(person)]
    business_day = getattr(request, "business_day", None)
    calendar = timezone.localdate()
    match = request.resolver_match
    return {
        "person": person,
        "today": getattr(request, "today", calendar),
        "business_day": business_day,
        "calendar_day": calendar,
        "day_is_behind": business_day is not None and business_day < calendar,
        "here": (match.url_name or "").split(".")[0] if match else "",
        "unread": unread,
        "places": places,
        "thumb_places": places[:ON_THE_THUMB],
        "other_places": places[ON_THE_THUMB:],
        "in_wan": request.COOKIES.get("money") == "wan",
        "rights": frozenset(right.value for right in Right if person.may(right)),
    }


def _shown(place: Place, person: Person) -> _Shown:
    waiting = place.waits(person) if place.waits else 0
    return _Shown(place.name, place.title, place.icon, place.part, place.url, waiting)
