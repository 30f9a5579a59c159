"""值守, as Django sees it."""

from django.apps import AppConfig


class Watch(AppConfig):
    name = "baohou.kernel.watch"
    label = "watch"
    verbose_name = "值守"
