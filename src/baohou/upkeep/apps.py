"""运维, as Django sees it."""

from django.apps import AppConfig


class Upkeep(AppConfig):
    name = "baohou.upkeep"
    label = "upkeep"
    verbose_name = "运维"

    def ready(self) -> None:
        from baohou.kernel.watch import gauges, lines
        from baohou.upkeep import state

        for part in state.PARTS:
            lines.register(part)
        gauges.register(state.tell_gauges)
