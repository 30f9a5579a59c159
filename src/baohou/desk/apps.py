"""工作台, as Django sees it."""

from django.apps import AppConfig


class Desk(AppConfig):
    name = "baohou.desk"
    label = "desk"
    verbose_name = "工作台"
