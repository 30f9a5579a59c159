"""日终, as Django sees it."""

from django.apps import AppConfig


class Day(AppConfig):
    name = "baohou.day"
    label = "day"
    verbose_name = "日终"
