"""复核, as Django sees it."""

from django.apps import AppConfig


class Approvals(AppConfig):
    name = "baohou.kernel.approvals"
    label = "approvals"
    verbose_name = "复核"

    def ready(self) -> None:
        from baohou.kernel.approvals import kinds
        from baohou.kernel.approvals.of_posts import CHANGE, ENGAGE
        from baohou.kernel.approvals.of_rules import VERSION
        from baohou.kernel.approvals.of_settings import SETTING

        for kind in (VERSION, CHANGE, ENGAGE, SETTING):
            kinds.register(kind)
