"""日终, as Django sees it."""

from django.apps import AppConfig


class Day(AppConfig):
    name = "baohou.day"
    label = "day"
    verbose_name = "日终"

    def ready(self) -> None:
        from baohou.day import telling
        from baohou.day.jobs import kinds, of_day
        from baohou.kernel.notices import kinds as notices

        kinds.register(of_day.RUN)
        notices.register(telling.DAY_FAILED)
        notices.register(telling.JOB_ENDED)
