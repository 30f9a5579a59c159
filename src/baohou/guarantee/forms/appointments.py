"""The fields of an appointment (GPM.5): in the form of a visit, and by themselves for a visit that is planned."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import day_field
from baohou.guarantee.rules.appointments import Appointment, Channel

ARRANGED = ("arranged_by", "arranged_on", "arranged_with")


def fields_of_appointment(*, latest: date) -> dict[str, forms.Field]:
    """When, with whom and how a visit was arranged; none of it for a visit that comes unannounced."""
    arranged_on = day_field(label=_("约见日期"), latest=latest, help_text=_("哪一天与客户约好的。"))
    arranged_on.required = False
    people = forms.TextInput(attrs={"list": "known-people"})
    channels = [("", _("没有约见")), *((channel.code, _(channel.zh)) for channel in Channel)]
    return {
        "arranged_by": forms.ChoiceField(
            label=_("约见方式"), required=False, choices=channels, help_text=_("突击检查、随机调查可以不约。")
        ),
        "arranged_on": arranged_on,
        "arranged_with": forms.CharField(
            label=_("约见对象"), required=False, max_length=64, help_text=_("客户方的谁。"), widget=people
        ),
    }


def require_whole(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Say beside each field that is lacking that an appointment is told wholly or not at all."""
    told = [name for name in ARRANGED if cleaned.get(name)]
    for name in ARRANGED:
        if told and name not in told and name not in form.errors:
            form.add_error(name, _("登记约见，日期、对象、方式都要填；没有约见就都不填。"))


def read_appointment(cleaned: dict[str, Any]) -> Appointment | None:
    """The appointment that was filled in; only after is_valid()."""
    channel = Channel.read(cleaned["arranged_by"])
    return Appointment(cleaned["arranged_on"], cleaned["arranged_with"], channel) if channel else None


def initial_of(made: Appointment | None) -> dict[str, Any]:
    """An appointment as the fields show it."""
    if made is None:
        return {}
    return {"arranged_by": made.channel.code, "arranged_on": made.arranged_on, "arranged_with": made.contact}


class AppointmentForm(forms.Form):
    """The appointment for a visit that is planned; emptied, it is taken away."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(fields_of_appointment(latest=latest))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        require_whole(self, cleaned)
        return cleaned
