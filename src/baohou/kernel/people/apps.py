"""人员, as Django sees it."""

from django.apps import AppConfig


class People(AppConfig):
    name = "baohou.kernel.people"
    label = "people"
    verbose_name = "人员"

    def ready(self) -> None:
        from baohou.kernel.audit import retention
        from baohou.kernel.audit.capture import leave_out, name_noun
        from baohou.kernel.people.retention import LOGINS

        name_noun("department", "people.Department")
        name_noun("staff", fields=("staff_id",))
        leave_out("people.CacheRow", "people.LoginFailure", because="failed log-ins are acts of their own")
        leave_out("people.PastPassword", because="hashes of passwords are told nowhere")
        retention.register(LOGINS)
