"""Decisions about a client and a quarter: a grade, a special visit ordered, a report, a measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import day_field, reason_field
from baohou.guarantee.rules.words import Grade, Urgency
from baohou.kernel.people.models import Staff


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
    """Handing in a report of a quarter (PGM.9, PGM.11)."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["filed_on"] = day_field(label=_("报送日期"), latest=latest)


class MeasureForm(forms.Form):
    """The disposal measure for a client graded watch or risk, with those who conferred (PGM.10)."""

    def __init__(
        self, *args: Any, managers: Sequence[Staff], department_managers: Sequence[Staff], latest: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(staff.pk): staff for staff in [*managers, *department_managers]}
        a_or_b = [(str(staff.pk), str(staff)) for staff in managers]
        heads = [(str(staff.pk), str(staff)) for staff in department_managers]
        self.fields["text"] = forms.CharField(
            label=_("处置措施"),
            help_text=_("写明做什么、谁来做、什么时候做完。"),
            widget=forms.Textarea(attrs={"rows": 5}),
            error_messages={"required": _("请写明处置措施。")},
        )
        self.fields["department_manager"] = forms.ChoiceField(label=_("参加沟通的部门经理"), choices=heads)
        self.fields["manager_a"] = forms.ChoiceField(label=_("项目经理 A 角"), choices=a_or_b)
        self.fields["manager_b"] = forms.ChoiceField(
            label=_("项目经理 B 角"), choices=[("", _("没有 B 角")), *a_or_b], required=False
        )
        self.fields["filed_on"] = day_field(label=_("填报日期"), latest=latest)

    def facts(self) -> dict[str, Any]:
        """What was filled in, people as people; only after is_valid()."""
        named = ("department_manager", "manager_a", "manager_b")
        people = {name: self.people.get(self.cleaned_data[name]) for name in named}
        return {**self.cleaned_data, **people}
