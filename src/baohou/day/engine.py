"""Running a business day: each step in one transaction with its watermark, so that a killed run is simply run again."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.day import events
from baohou.day.lock import only_run, step_alone
from baohou.day.models import Run, StepRun, Watermark
from baohou.day.queries import get_business_day
from baohou.day.registry import Counts, Progress, Step, Task, endings, first_fact, steps
from baohou.day.telling import telling_of_failure
from baohou.kernel.audit import heads
from baohou.kernel.audit.bulk import tallying
from baohou.kernel.audit.services import record_act
from baohou.kernel.watch.readonly import require_writable, writing_allowed

_LOG = logging.getLogger(__name__)
_TRIES = 4


class NothingToRun(Refused):
    """There is not a single fact."""

    def __init__(self) -> None:
        super().__init__("day.no_facts", "还没有任何业务数据，无日可运行。请先导入：baohou import portfolio 文件.xlsx")


@dataclass(frozen=True)
class StepReport:
    """What one step did; ``after`` is the day up to which it had worked before, None when it derived all anew."""

    step: str
    title: str
    after: date | None
    counts: Counts
    seconds: float


@dataclass(frozen=True)
class Report:
    """What a run did. ``ran`` is False when the day had been run already and nothing was done."""

    on: date
    ran: bool
    steps: list[StepReport] = field(default_factory=list)

    @property
    def differences(self) -> int:
        """Rows that did not agree with what is derived from the facts."""
        return sum(s.counts.new + s.counts.changed + s.counts.removed + s.counts.penalties for s in self.steps)


def _quiet(what: str, share: float) -> None:
    """Tell nobody."""


def run(
    *,
    on: date | None = None,
    by: str = "",
    rebuild: bool = False,
    retry: bool = False,
    progress: Progress = _quiet,
) -> Report:
    """Run the business day up to ``on`` (default today), catching up the days missed.

    A day before the last one run changes nothing. ``rebuild`` derives everything anew from all facts; ``retry`` takes
    up again what was set aside; ``by`` is who started it by hand. AnotherRun when a run is at work; NothingToRun when
    there is no fact.
    """
    with only_run():
        return _run(on=on, by=by, rebuild=rebuild, retry=retry, progress=progress)


def prepare_pages(report: Report) -> None:
    """Derive what pages show of a day that was run, once it has ended; of several, of the last.

    A failure is logged: whoever opens such a page has it derived then.
    """
    if not report.ran:
        return
    for derive in endings():
        try:
            derive(report.on)
        except Exception:  # noqa: BLE001  (the day has ended, and stands)
            _LOG.exception("what pages show of %s was not derived", report.on)


def verify(*, progress: Progress = _quiet) -> Report:
    """Derive everything anew as of the last day run, compare, and write nothing; see Report.differences."""
    day = get_business_day()
    if day is None:
        raise NothingToRun
    with only_run(), writing_allowed(), transaction.atomic():
        report = _run(on=day, by="", rebuild=True, retry=False, progress=progress)
        transaction.set_rollback(True)
    return report


def days_to_run(*, begin: date | None, through: date) -> Iterator[date]:
    """Each business day from ``begin`` (default: after the last one run, or the first fact) up to ``through``."""
    last = get_business_day()
    day = begin or (last + timedelta(days=1) if last else first_fact())
    if day is None:
        raise NothingToRun
    while day <= through:
        yield day
        day += timedelta(days=1)


def _run(*, on: date | None, by: str, rebuild: bool, retry: bool, progress: Progress) -> Report:
    day, last = on or timezone.localdate(), get_business_day()
    if last is None and first_fact() is None:
        raise NothingToRun
    if last is not None and day < last:
        return Report(on=last, ran=False)
    require_writable()
    run = Run.objects.create(on=day, by=by, rebuild=rebuild)
    with telling_of_failure(day, run.pk):
        reports = [_patiently(step, run, rebuild=rebuild, retry=retry, progress=progress) for step in steps()]
    if not connection.in_atomic_block:
        heads.write_out(on=day)  # before the day has ended: what has ended without a head was tampered with
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(ended_at=timezone.now())
        events.tell_finished(run=run.pk, on=day)
    return Report(on=day, ran=True, steps=reports)


def _patiently(step: Step, run: Run, *, rebuild: bool, retry: bool, progress: Progress) -> StepReport:
    """Run a step again when people wrote the same duties at the same moment."""
    for _ in range(_TRIES - 1):
        try:
            return _one_step(step, run, rebuild=rebuild, retry=retry, progress=progress)
        except (OperationalError, IntegrityError):
            if connection.in_atomic_block:
                raise
            time.sleep(0.2)
    return _one_step(step, run, rebuild=rebuild, retry=retry, progress=progress)


def _one_step(step: Step, run: Run, *, rebuild: bool, retry: bool, progress: Progress) -> StepReport:
    begun = time.perf_counter()
    with _one_view():
        require_writable()
        mark = Watermark.objects.filter(step=step.name).first()
        same_basis = mark is not None and mark.basis == step.basis(mark.on)
        after = mark.on if mark is not None and same_basis and not rebuild else None
        with tallying() as written:
            counts = step.work(Task(on=run.on, after=after, retry=retry, progress=progress))
        told = {"on": run.on, "after": after, "rebuild": rebuild, **asdict(counts), "written": written}
        record_act(verb=f"day.{step.name}", door="day", by=run.by, facts=told)
        Watermark.objects.update_or_create(step=step.name, defaults={"on": run.on, "basis": step.basis(run.on)})
        seconds = time.perf_counter() - begun
        StepRun.objects.create(run=run, step=step.name, after=after, seconds=seconds, **asdict(counts))
    seconds = time.perf_counter() - begun
    return StepReport(step=step.name, title=step.title, after=after, counts=counts, seconds=seconds)


@contextmanager
def _one_view() -> Iterator[None]:
    """A transaction that sees the facts of one moment, however many statements it reads them with."""
    outermost = not connection.in_atomic_block
    with step_alone() if outermost else nullcontext(), transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
