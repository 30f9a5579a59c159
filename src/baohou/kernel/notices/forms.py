"""What people fill in about being told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def _time(label: Any, *, required: bool) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=required,
        widget=forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M"),
        error_messages={"invalid": _("请写成 时:分，如 07:30。"), "required": _("请填写时间。")},
    )


class AddressForm(forms.Form):
    """Where a person is reached on a channel."""

    said = forms.CharField(max_length=500, error_messages={"required": _("请填写地址。")})
    secret = forms.CharField(max_length=128, required=False)


class HabitsForm(forms.Form):
    """When a person is told, empty is the company's hours; and in which language."""

    digest_at = _time(_("晨报时间"), required=False)
    quiet_from = _time(_("免打扰从"), required=False)
    quiet_to = _time(_("免打扰到"), required=False)
    language = forms.ChoiceField(
        label=_("信件的语言"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("没有这种语言，请在列出的里面选。")},
    )

    def clean(self) -> dict[str, Any]:
        """Both ends of the quiet hours, or none."""
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None):
            self.add_error("quiet_to", _("免打扰时段请填开始和结束，或都留空。"))
        return cleaned


class CompanyHoursForm(forms.Form):
    """The hours of everyone who has chosen none."""

    digest_at = _time(_("晨报时间"), required=True)
    quiet_from = _time(_("免打扰从"), required=True)
    quiet_to = _time(_("免打扰到"), required=True)
