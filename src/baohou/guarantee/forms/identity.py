"""Why someone wants to see a whole number: identity, telephone or account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

OTHER = "other"


class WhyForm(forms.Form):
    """A reason of the usual ones, or another in words."""

    reason = forms.ChoiceField(
        label=_("为什么要看"), widget=forms.RadioSelect, error_messages={"required": _("请选择原因。")}
    )
    because = forms.CharField(label=_("补充说明"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["reason"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = self._reasons()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == OTHER and not cleaned.get("because"):
            self.add_error("because", _("请写明为什么要看完整号码。"))
        return cleaned

    def said(self) -> str:
        """The reason in words; only after is_valid()."""
        chosen, more = self.cleaned_data["reason"], self.cleaned_data["because"]
        usual = "" if chosen == OTHER else dict(self._reasons())[chosen]
        return "；".join(part for part in (usual, more) if part)

    def usual(self) -> dict[str, str]:
        """The usual reasons, by code, in the reader's language."""
        raise NotImplementedError

    def _reasons(self) -> list[tuple[str, str]]:
        return [*self.usual().items(), (OTHER, gettext("其他，写在下面"))]


class RevealForm(WhyForm):
    """Why an identity number is wanted."""

    def usual(self) -> dict[str, str]:
        return {
            "check": gettext("核对证件原件"),
            "contract": gettext("填写合同或函件"),
            "registry": gettext("查询征信或工商登记"),
        }


class PhoneForm(WhyForm):
    """Why telephone numbers are wanted."""

    def usual(self) -> dict[str, str]:
        return {
            "visit": gettext("约定或进行回访"),
            "repay": gettext("提醒还款"),
            "check": gettext("核对联系方式"),
        }


class PayForm(WhyForm):
    """Why account numbers are wanted."""

    def usual(self) -> dict[str, str]:
        return {
            "flow": gettext("核对还款流水"),
            "bank": gettext("与银行核对账户"),
            "contract": gettext("填写合同或函件"),
        }
