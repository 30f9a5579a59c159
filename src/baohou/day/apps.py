"""日终, as Django sees it."""

from django.apps import AppConfig


class Day(AppConfig):
    name = "baohou.day"
    label = "day"
    verbose_name = "日终"

    def ready(self) -> None:
        from baohou.day import lines, proving, telling
        from baohou.day.jobs import kinds, of_day
        from baohou.day.retention import JOBS
        from baohou.kernel.audit import proofs, retention
        from baohou.kernel.audit.capture import leave_out
        from baohou.kernel.notices import kinds as notices
        from baohou.kernel.watch import checks, gauges
        from baohou.kernel.watch.lines import register

        kinds.register(of_day.RUN)
        notices.register(telling.DAY_FAILED)
        notices.register(telling.JOB_ENDED)
        register(lines.PART)
        retention.register(JOBS)
        gauges.register(lines.tell_gauges)
        checks.register(lines.CHECK)
        proofs.register(proving.PROOF)
        because = "what the day writes is told by the acts of its steps, in sum; a job's work by its own acts"
        leave_out("day.Run", "day.StepRun", "day.Watermark", "day.SetAside", "day.Job", because=because)
