"""接口, as Django sees it."""

from django.apps import AppConfig


class Api(AppConfig):
    name = "baohou.kernel.api"
    label = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        from baohou.kernel.api.checks import SYSTEM
        from baohou.kernel.approvals import kinds
        from baohou.kernel.audit.capture import leave_out

        kinds.register(SYSTEM)
        leave_out("api.Call", because="that a write happens once; the write is an act")
