"""What people send from the grid of a quarter's grading, and under the table."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import reason_field
from baohou.guarantee.rules.words import Grade


def _grade_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[(grade.value, grade.zh) for grade in Grade],
        coerce=lambda n: Grade(int(n)),
        error_messages={"required": _("请先选分类。"), "invalid_choice": _("请先选分类。")},
    )


class RowForm(forms.Form):
    """One client's grade and reason; ``seen`` is the writing that the person saw."""

    grade = _grade_field()
    because = forms.CharField(required=False, strip=True)
    seen = forms.IntegerField(min_value=0)


class SeveralForm(forms.Form):
    """One grade and reason for the clients ticked, each with the writing that was seen."""

    grade = _grade_field()
    because = forms.CharField(required=False, strip=True)
    client = forms.CharField(required=False)

    def seen(self) -> dict[int, int]:
        """Client and act last seen; anything else is left out."""
        pairs = [text.partition(":") for text in cast(QueryDict, self.data).getlist("client")]
        return {int(client): int(act) for client, _colon, act in pairs if client.isdecimal() and act.isdecimal()}


class SignForm(forms.Form):
    """The department manager's signature under the table as it is shown."""

    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, signer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed"] = forms.BooleanField(
            label=_("以上分类与措施我已核对，由我签字：%(name)s") % {"name": signer},
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            error_messages={"required": _("请勾选，作为您的签字。")},
        )


class ReturnForm(forms.Form):
    """Sending a table back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"] = reason_field(label=_("退回理由"), help_text=_("写明要部门改什么。"))
