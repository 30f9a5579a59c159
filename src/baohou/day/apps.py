"""日终, as Django sees it."""

from django.apps import AppConfig


class Day(AppConfig):
    name = "baohou.day"
    label = "day"
    verbose_name = "日终"

    def ready(self) -> None:
        from baohou.day import lines
        from baohou.day.jobs import kinds, of_day
        from baohou.kernel.watch import checks, gauges
        from baohou.kernel.watch.lines import register

        kinds.register(of_day.RUN)
        register(lines.PART)
        gauges.register(lines.tell_gauges)
        checks.register(lines.CHECK)
