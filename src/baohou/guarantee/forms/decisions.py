"""Decisions about a client and a quarter: a grade, a special visit ordered, a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import day_field, reason_field
from baohou.guarantee.models import GradeChange
from baohou.guarantee.rules.words import Grade, Urgency


class GradeForm(forms.Form):
    """A new grade from a day on (PGM.7)."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"] = forms.TypedChoiceField(
            label=_("风险分类"), choices=[(grade.value, _(grade.zh)) for grade in Grade], coerce=lambda n: Grade(int(n))
        )
        self.fields["effective_on"] = day_field(
            label=_("自哪一天起"),
            help_text=_("以后各期回访按新的分类安排；补记以前的日子，会重算已有的应办事项。"),
            latest=latest,
        )
        self.fields["because"] = reason_field(label=_("理由"), help_text=_("写明依据：什么情况、从哪里知道的。"))
        self.fields["seen"] = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def show_seen(self, given: GradeChange | None) -> None:
        """After a refusal that tells of a grade: whoever sends the form again has seen it."""
        self.data = {**self.data.dict(), "seen": given.act_id or 0 if given else 0}  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    """A special visit ordered (PGM.5)."""

    def __init__(self, *args: Any, urgencies: Sequence[tuple[Urgency, str]], latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgency"] = forms.TypedChoiceField(
            label=_("紧急程度"),
            choices=[(urgency.value, said) for urgency, said in urgencies],
            coerce=lambda n: Urgency(int(n)),
            widget=forms.RadioSelect,
        )
        self.fields["ordered_on"] = day_field(label=_("下达日期"), latest=latest)
        self.fields["because"] = reason_field(label=_("理由"), help_text=_("发现了什么，要去查什么。"))


class FilingForm(forms.Form):
    """Handing in a report of a quarter (PGM.9, PGM.11): there is nothing to fill in, it is of the business day."""
