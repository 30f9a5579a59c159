"""日终, as Django sees it."""

from django.apps import AppConfig


class Day(AppConfig):
    name = "baohou.day"
    label = "day"
    verbose_name = "日终"

    def ready(self) -> None:
        from baohou.day.jobs import kinds, of_day

        kinds.register(of_day.RUN)
