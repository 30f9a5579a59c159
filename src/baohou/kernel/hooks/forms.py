"""What an administrator fills in about a hook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.kernel.hooks.events import SCOPES, Ping, every


class HookForm(forms.Form):
    """Where to, what of, and which fields about persons."""

    name = forms.CharField(
        label=_("名称"),
        max_length=64,
        help_text=_("对方是哪个系统，如 财务系统。"),
        error_messages={"required": _("请给这个推送取一个名字。")},
    )
    url = forms.CharField(
        label=_("网址"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://partner.example.com/hooks/baohou"}),
        help_text=_("须是 https；不能指向内部网络，除非系统设置写明。"),
        error_messages={"required": _("请填写对方接收推送的网址。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"] = forms.MultipleChoiceField(
            label=_("推送哪些事件"),
            choices=[(kind.type, kind.title) for kind in every() if kind is not Ping],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("请至少选一种要推送的事件。")},
        )
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("可以带上的内容"),
            required=False,
            choices=list(SCOPES.items()),
            widget=forms.CheckboxSelectMultiple,
            help_text=_("都不勾，只推送编号、日期、金额和代码；证件号码和电话从不推送。"),
        )

    def facts(self) -> dict[str, Any]:
        """What was filled in; only after is_valid()."""
        said = self.cleaned_data
        return {"name": said["name"], "url": said["url"], "kinds": said["events"], "scopes": said["scopes"]}


class RotateForm(forms.Form):
    """How long the former secret goes on."""

    hours = forms.IntegerField(
        label=_("旧密钥再用几小时"),
        min_value=0,
        max_value=168,
        initial=24,
        help_text=_("这段时间两个密钥都签名，对方从容换上；已泄露的填 0。"),
    )


class PauseForm(forms.Form):
    """Why nothing is sent for now."""

    because = forms.CharField(label=_("原因"), max_length=255, required=False)
