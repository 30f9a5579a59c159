"""发件箱, as Django sees it."""

from django.apps import AppConfig


class Outbox(AppConfig):
    name = "baohou.kernel.outbox"
    label = "outbox"
    verbose_name = "发件箱"

    def ready(self) -> None:
        from baohou.kernel.audit.capture import leave_out

        leave_out("outbox.Message", because="its state is its history; what an administrator does with it is an act")
