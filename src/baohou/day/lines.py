"""What the administrator's page, the metrics and the checks of the installation tell about the day and about jobs."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from baohou.day import engine
from baohou.day.jobs.queries import see
from baohou.day.models import Job, JobState, Run
from baohou.day.queries import get_business_day, list_set_aside
from baohou.kernel.watch.checks import Check
from baohou.kernel.watch.gauges import Gauge
from baohou.kernel.watch.lines import Line, Part, State


def _lines() -> Iterator[Line]:
    runs = reverse("runs")
    yield _last_day(runs)
    last = Run.objects.order_by("-pk").first()
    if last is not None and last.ended_at is not None:
        seconds = (last.ended_at - last.started_at).total_seconds()
        said = _("%(at)s 开始，用了 %(seconds)s 秒")
        at = timezone.localtime(last.started_at).strftime("%Y-%m-%d %H:%M")
        yield Line("day.run", _("最近一次运行"), said % {"at": at, "seconds": f"{seconds:.1f}"}, url=runs)
    elif last is not None:
        advice = _("再运行一次即可接着办。")
        yield Line("day.run", _("最近一次运行"), _("没有跑完，或正在运行"), State.WARN, advice, runs)
    if aside := list_set_aside().count():
        said = ngettext("%(n)s 行", "%(n)s 行", aside) % {"n": aside}
        yield Line("day.set_aside", _("搁置的数据"), said, State.WARN, _("改正后重试。"), runs)
    yield _jobs()


def _last_day(url: str) -> Line:
    day, calendar = get_business_day(), timezone.localdate()
    if day is None:
        return Line("day.last", _("业务日"), _("日终还没有运行过"), State.WARN, _("导入数据后运行日终。"), url)
    behind = (calendar - day).days
    if behind == 0:
        return Line("day.last", _("业务日"), day.isoformat(), State.GOOD, url=url)
    if behind < 0:
        said = _("%(day)s，比服务器的今天晚") % {"day": day.isoformat()}
        advice = _("核对服务器的时钟：日终只往前走，时钟走到业务日之前什么也不办。")
        return Line("day.last", _("业务日"), said, State.BAD, advice, url)
    said = ngettext("%(day)s，落后 %(n)s 天", "%(day)s，落后 %(n)s 天", behind) % {"day": day.isoformat(), "n": behind}
    return Line(
        "day.last", _("业务日"), said, State.BAD if behind > 1 else State.WARN, _("看日终的定时任务为什么没有跑。"), url
    )


def _jobs() -> Line:
    url = reverse("runs.jobs")
    latest = Job.objects.filter(active=True).first()
    if latest is None:
        return Line("jobs", _("后台工作"), _("没有正在办的"), State.GOOD, url=url)
    seen = see(latest)
    if seen.busy:
        return Line("jobs", _("后台工作"), f"{_(seen.kind.title)} {latest.name}", url=url)
    return Line("jobs", _("后台工作"), _("中途停了"), State.BAD, _("到“后台工作”里重新开始。"), url)


def tell_gauges() -> Iterator[Gauge]:
    """How far the day is behind, how long it took, what waits."""
    day = get_business_day()
    if day is not None:
        behind = (timezone.localdate() - day).days
        yield Gauge("baohou_day_behind_days", "Calendar days since the last business day run", behind)
    last = Run.objects.filter(ended_at__isnull=False).order_by("-pk").first()
    if last is not None and last.ended_at is not None:
        took = (last.ended_at - last.started_at).total_seconds()
        yield Gauge("baohou_day_seconds", "How long the last whole run took", took)
        yield Gauge("baohou_day_ended_timestamp_seconds", "When it ended", last.ended_at.timestamp())
    yield Gauge("baohou_day_set_aside_rows", "Rows that could not be processed", list_set_aside().count())
    waiting = Job.objects.filter(active=True).values_list("state", flat=True)
    for state in (JobState.QUEUED, JobState.RUNNING):
        count = sum(one == state for one in waiting)
        yield Gauge("baohou_jobs", "Jobs waiting or at work", count, {"state": state.value})


def _not_as_derived() -> Iterator[str]:
    """Whether duties and penalties are what the facts give, as baohou day --verify says."""
    if get_business_day() is not None and (differences := engine.verify().differences):
        yield f"有 {differences} 处与全部业务数据推算的结果不同。运行 baohou day --rebuild 改正。"


CHECK = Check("day.verify", "应办事项和处罚", _not_as_derived)
PART = Part("day", gettext_lazy("日终和后台工作"), _lines, order=20)
