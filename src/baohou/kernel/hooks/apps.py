"""对外推送, as Django sees it."""

from django.apps import AppConfig


class Hooks(AppConfig):
    name = "baohou.kernel.hooks"
    label = "hooks"
    verbose_name = "对外推送"

    def ready(self) -> None:
        from baohou.kernel.audit.capture import leave_out
        from baohou.kernel.audit.services import listen
        from baohou.kernel.hooks import of_acts, sending
        from baohou.kernel.notices import kinds
        from baohou.kernel.outbox import channels

        leave_out("hooks.Standing", because="holds secrets; the acts tell when they were made and changed")
        leave_out("hooks.Delivery", because="tells of acts that are written down; what became of it stands on it")
        kinds.register(sending.PAUSED)
        channels.register(sending.WAY)
        listen(of_acts.tell)
