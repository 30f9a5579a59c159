"""发件箱, as Django sees it."""

from django.apps import AppConfig


class Outbox(AppConfig):
    name = "baohou.kernel.outbox"
    label = "outbox"
    verbose_name = "发件箱"
