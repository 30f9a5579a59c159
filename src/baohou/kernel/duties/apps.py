"""应办事项, as Django sees it."""

from django.apps import AppConfig


class Duties(AppConfig):
    name = "baohou.kernel.duties"
    label = "duties"
    verbose_name = "应办事项"

    def ready(self) -> None:
        from baohou.kernel.audit.capture import leave_out, name_noun

        leave_out("duties.Duty", because="derived from facts: baohou day --verify derives them anew and compares")
        name_noun("duty", fields=("duty_key",))
