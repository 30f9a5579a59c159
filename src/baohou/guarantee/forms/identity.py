"""Why someone wants to see a whole number: identity, telephone or account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER = "other"

Reasons = Mapping[str, str | Promise]


class WhyForm(forms.Form):
    """A reason of the usual ones (by code, in the reader's language), or another in words."""

    usual: ClassVar[Reasons] = {}
    reason = forms.ChoiceField(
        label=_("为什么要看"), widget=forms.RadioSelect, error_messages={"required": _("请选择原因。")}
    )
    because = forms.CharField(label=_("补充说明"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["reason"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [*self.usual.items(), (OTHER, _("其他，写在下面"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == OTHER and not cleaned.get("because"):
            self.add_error("because", _("请写明为什么要看完整号码。"))
        return cleaned

    def said(self) -> str:
        """The reason in words; only after is_valid()."""
        chosen, more = self.cleaned_data["reason"], self.cleaned_data["because"]
        usual = "" if chosen == OTHER else str(self.usual[chosen])
        return "；".join(part for part in (usual, more) if part)


class RevealForm(WhyForm):
    """Why an identity number is wanted."""

    usual: ClassVar[Reasons] = {
        "check": _("核对证件原件"),
        "contract": _("填写合同或函件"),
        "registry": _("查询征信或工商登记"),
    }


class PhoneForm(WhyForm):
    """Why telephone numbers are wanted."""

    usual: ClassVar[Reasons] = {
        "visit": _("约定或进行回访"),
        "repay": _("提醒还款"),
        "check": _("核对联系方式"),
    }


class PayForm(WhyForm):
    """Why account numbers are wanted."""

    usual: ClassVar[Reasons] = {
        "flow": _("核对还款流水"),
        "bank": _("与银行核对账户"),
        "contract": _("填写合同或函件"),
    }
