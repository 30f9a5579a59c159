"""主体, as Django sees it."""

from django.apps import AppConfig


class Parties(AppConfig):
    name = "baohou.kernel.parties"
    label = "parties"
    verbose_name = "主体"
