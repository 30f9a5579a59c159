"""What a checker fills in, and what an administrator asks for about checking itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from baohou.kernel.approvals.queries import list_settings


class RefusalForm(forms.Form):
    """Why a proposal is refused."""

    because = forms.CharField(
        label=_("退回理由"),
        help_text=_("提请人会看到这段话；记录保持原样。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("退回须写明理由，提请人会看到。")},
    )


class SettingForm(forms.Form):
    """Which kind of act is to be checked from now on, or not, and why."""

    kind = forms.ChoiceField(label=_("事项"), error_messages={"required": _("请选择事项。")})
    checked = forms.TypedChoiceField(
        label=_("改为"),
        choices=[("1", _("须复核")), ("0", _("不须复核"))],
        coerce=lambda chosen: chosen == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择改为什么。")},
    )
    because = forms.CharField(
        label=_("理由"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", said("请选择")), *((one.code, said(one.title)) for one, _on in list_settings())]
