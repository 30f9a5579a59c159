"""What people fill in on the desk's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class FirstAdminForm(forms.Form):
    """The first administrator of an empty installation."""

    staff_no = forms.CharField(label=_("管理员工号"), max_length=32, help_text=_("用它登录。"))
    name = forms.CharField(label=_("姓名"), max_length=64)
    password = forms.CharField(
        label=_("密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=format_lazy(_("至少 {n} 位，不要只用数字。"), n=settings.PASSWORD_LENGTH),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        told = self.cleaned_data
        validate_password(password, User(username=told.get("staff_no", ""), first_name=told.get("name", "")))
        return password


class GoLiveForm(forms.Form):
    """The day an installation went live."""

    on = forms.DateField(
        label=_("上线日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("这一天之前到期的事项只作记录，不计处罚。留空表示全部计入。"),
        error_messages={"invalid": _("请写成年-月-日，如 2026-09-30。")},
    )
    because = forms.CharField(
        label=_("理由"), required=False, help_text=_("已经记过处罚后再改，须写明理由，并经复核。")
    )


class VersionForm(forms.Form):
    """A version of a rule set as text."""

    text = forms.CharField(
        label=_("版本全文"),
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
        help_text=_("改 name（版本名）、effective_on（施行日）和要变的参数；已施行的版本不能改。"),
        error_messages={"required": _("请粘贴版本全文。")},
    )
    because = forms.CharField(
        label=_("为什么改"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("复核的人会看到。"),
    )

    def refuse(self, faults: list[str]) -> None:
        """Show what is wrong with the text."""
        for fault in faults:
            self.add_error("text", fault)

    def clean_text(self) -> str:
        text: Any = self.cleaned_data["text"]
        return str(text).replace("\r\n", "\n")
