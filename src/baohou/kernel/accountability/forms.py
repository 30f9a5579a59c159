"""What people fill in about penalties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.core.money import NotAnAmount, format_yuan, to_fen


class WaiverForm(forms.Form):
    """A waiver of all or part of what is left of a penalty, with its reason."""

    amount = forms.CharField(
        label=_("减免金额（元）"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": _("请填写金额。")},
    )
    because = forms.CharField(
        label=_("理由"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )

    def __init__(self, *args: Any, left_fen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("amount", format_yuan(left_fen))

    def clean_amount(self) -> int:
        """The amount in fen."""
        try:
            return to_fen(self.cleaned_data["amount"])
        except NotAnAmount as wrong:
            raise forms.ValidationError(wrong.message) from wrong
