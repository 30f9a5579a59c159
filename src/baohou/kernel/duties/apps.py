"""应办事项, as Django sees it."""

from django.apps import AppConfig


class Duties(AppConfig):
    name = "baohou.kernel.duties"
    label = "duties"
    verbose_name = "应办事项"
