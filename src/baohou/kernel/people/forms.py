"""What people fill in about people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.saying import in_words

FIELD_OF = {
    "部门": "department",
    "工号": "staff_no",
    "姓名": "name",
    "岗位": "post",
    "生效日": "effective_on",
    "理由": "because",
    "代办人": "deputy",
    "开始日": "first_on",
    "结束日": "last_on",
}
"""The field of a form that a refusal means by the word it uses."""


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form when it is about none of its fields."""
    name = FIELD_OF.get(refusal.where, "")
    form.add_error(name if name in form.fields else None, in_words(refusal.message))


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请写成年-月-日，如 2026-09-30。"), "required": _("请填写日期。")},
    )


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明理由。")},
    )


class DepartmentForm(forms.Form):
    """A new department."""

    department = forms.CharField(label=_("部门名称"), max_length=64, error_messages={"required": _("请填写部门名称。")})


class _Posted(forms.Form):
    """A post and its department from a day on."""

    def add_posting(self, departments: Sequence[Department]) -> None:
        self.departments = {str(one.pk): one for one in departments}
        self.fields["post"] = forms.ChoiceField(
            label=_("岗位"), choices=[(post.value, _(post.label)) for post in Post if post is not Post.LEFT]
        )
        self.fields["department"] = forms.ChoiceField(
            label=_("部门"),
            required=False,
            choices=[("", _("不属于任何部门")), *((pk, one.name) for pk, one in self.departments.items())],
            help_text=_("项目经理和部门经理必须有部门。"),
        )
        self.fields["effective_on"] = _day(_("自哪一天起"), _("可以填以后的日子，到那天自动生效。"))

    def posting(self) -> dict[str, Any]:
        """Post, department and day as the verbs want them; only after is_valid()."""
        cleaned = self.cleaned_data
        return {
            "post": Post(cleaned["post"]),
            "department": self.departments.get(cleaned["department"]),
            "effective_on": cleaned["effective_on"],
        }


class PersonForm(_Posted):
    """Someone new."""

    staff_no = forms.CharField(label=_("工号"), max_length=32, help_text=_("也是登录用的用户名，以后不能改。"))
    name = forms.CharField(label=_("姓名"), max_length=64)

    def __init__(self, *args: Any, departments: Sequence[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_posting(departments)


class PostForm(_Posted):
    """Another post or department from a day on."""

    def __init__(self, *args: Any, departments: Sequence[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_posting(departments)
        self.fields["because"] = _reason(_("理由"), _("如 调岗、晋升、部门调整，写明依据。"))


class LeaveForm(forms.Form):
    """The end of a person's service."""

    effective_on = _day(_("自哪一天起离职"), _("这一天起不能再登录；前一天是最后一个工作日。"))
    because = _reason(_("理由"))


class DeputyForm(forms.Form):
    """Who stands in, from when to when."""

    def __init__(self, *args: Any, candidates: Sequence[Posting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Staff] = {str(one.staff_id): one.staff for one in candidates}
        named = [(str(one.staff_id), _named(one)) for one in candidates]
        self.fields["deputy"] = forms.ChoiceField(
            label=_("代办人"), choices=[("", _("请选择")), *named], error_messages={"required": _("请选择代办人。")}
        )
        self.fields["first_on"] = _day(_("开始日"))
        self.fields["last_on"] = _day(_("结束日"), _("含这一天。提前回来可随时结束。"))
        self.fields["because"] = _reason(_("原因"), _("如 年假、出差、病假。"))

    def facts(self) -> dict[str, Any]:
        """What was filled in, the deputy as a person; only after is_valid()."""
        return {**self.cleaned_data, "deputy": self.people[self.cleaned_data["deputy"]]}


def _named(posting: Posting) -> str:
    department = f"{posting.department.name} · " if posting.department else ""
    return f"{posting.staff.name}（{posting.staff.staff_no}）· {department}{_(Post(posting.post).label)}"
