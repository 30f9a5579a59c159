"""奖惩, as Django sees it."""

from django.apps import AppConfig


class Accountability(AppConfig):
    name = "baohou.kernel.accountability"
    label = "accountability"
    verbose_name = "奖惩"

    def ready(self) -> None:
        from baohou.kernel.accountability import proving, telling
        from baohou.kernel.accountability.appeals import PAPER
        from baohou.kernel.accountability.checks import GO_LIVE, REVERSAL, WAIVER
        from baohou.kernel.accountability.worklist import tell_appeal
        from baohou.kernel.approvals import kinds as checked
        from baohou.kernel.notices import kinds
        from baohou.kernel.papers import records

        for kind in telling.KINDS:
            kinds.register(kind)
        for one in (WAIVER, REVERSAL, GO_LIVE):
            checked.register(one)
        records.register(records.PaperKind(PAPER, "申诉", tell_appeal))
        proving.register()
