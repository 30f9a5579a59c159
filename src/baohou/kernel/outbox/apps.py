"""发件箱, as Django sees it."""

from django.apps import AppConfig


class Outbox(AppConfig):
    name = "baohou.kernel.outbox"
    label = "outbox"
    verbose_name = "发件箱"

    def ready(self) -> None:
        from baohou.kernel.audit import retention
        from baohou.kernel.audit.capture import leave_out
        from baohou.kernel.outbox.retention import MESSAGES

        retention.register(MESSAGES)
        leave_out("outbox.Message", because="its state is its history; what an administrator does with it is an act")
