"""留痕, as Django sees it."""

from django.apps import AppConfig


class Audit(AppConfig):
    name = "baohou.kernel.audit"
    label = "audit"
    verbose_name = "留痕"
