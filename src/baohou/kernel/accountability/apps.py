"""奖惩, as Django sees it."""

from django.apps import AppConfig


class Accountability(AppConfig):
    name = "baohou.kernel.accountability"
    label = "accountability"
    verbose_name = "奖惩"
