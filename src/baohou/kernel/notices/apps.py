"""通知, as Django sees it."""

from django.apps import AppConfig


class Notices(AppConfig):
    name = "baohou.kernel.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from baohou.kernel.approvals import heard
        from baohou.kernel.audit import retention
        from baohou.kernel.audit.capture import leave_out
        from baohou.kernel.notices import channels, kinds
        from baohou.kernel.notices.approvals import tell_of
        from baohou.kernel.notices.deputies import tell_deputy
        from baohou.kernel.notices.retention import NOTICES
        from baohou.kernel.people import standing_in

        leave_out("notices.Notice", "notices.ToldUpTo", because="tell of acts that are written down themselves")
        leave_out("notices.Address", because="the act tells what may be shown of it; removed, nothing of it stays")
        channels.register()
        retention.register(NOTICES)
        kinds.register(kinds.DIGEST)
        for kind in (kinds.DEPUTY_NAMED, kinds.CHECK_WAITS, kinds.CHECKED):
            kinds.register(kind)
        heard.register(tell_of)
        standing_in.register(tell_deputy)
