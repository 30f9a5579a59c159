"""Why someone wants to see a whole identity number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

OTHER = "other"


def _reasons() -> list[tuple[str, str]]:
    return [
        ("check", gettext("核对证件原件")),
        ("contract", gettext("填写合同或函件")),
        ("registry", gettext("查询征信或工商登记")),
        (OTHER, gettext("其他，写在下面")),
    ]


class RevealForm(forms.Form):
    """A reason of the usual ones, or another in words."""

    reason = forms.ChoiceField(
        label=_("为什么要看"), widget=forms.RadioSelect, error_messages={"required": _("请选择原因。")}
    )
    because = forms.CharField(label=_("补充说明"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["reason"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = _reasons()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == OTHER and not cleaned.get("because"):
            self.add_error("because", _("请写明为什么要看完整号码。"))
        return cleaned

    def said(self) -> str:
        """The reason in words; only after is_valid()."""
        chosen, more = self.cleaned_data["reason"], self.cleaned_data["because"]
        usual = "" if chosen == OTHER else dict(_reasons())[chosen]
        return "；".join(part for part in (usual, more) if part)
