"""人员, as Django sees it."""

from django.apps import AppConfig


class People(AppConfig):
    name = "baohou.kernel.people"
    label = "people"
    verbose_name = "人员"

    def ready(self) -> None:
        from baohou.kernel.audit import retention
        from baohou.kernel.people.retention import LOGINS

        retention.register(LOGINS)
