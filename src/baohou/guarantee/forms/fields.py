"""Fields that several forms share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.kernel.saying import in_words


def day_field(*, label: Any, help_text: Any = "", latest: date | None = None) -> forms.DateField:
    """A date by the browser's own picker; ``latest`` is the last day it offers."""
    widget = forms.DateInput(
        attrs={"type": "date", **({"max": latest.isoformat()} if latest else {})}, format="%Y-%m-%d"
    )
    wrong = {"invalid": _("请写成年-月-日，如 2026-09-30。"), "required": _("请填写日期。")}
    return forms.DateField(label=label, help_text=help_text, widget=widget, error_messages=wrong)


def reason_field(*, label: Any, help_text: Any = "") -> forms.CharField:
    """A reason that must be given."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


def read_step(data: QueryDict) -> int:
    """The handing in that a page showed when it was sent; 0, which no step is, for anything else."""
    told = data.get("step", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 20 else 0


FIELD_OF = {
    "回访日期": "on",
    "项目编号": "guarantee",
    "风险分类": "grade",
    "生效日": "effective_on",
    "下达日期": "ordered_on",
    "填报日期": "filed_on",
    "理由": "because",
    "处置措施": "text",
    "移交日": "effective_on",
    "移交原因": "because",
    "放弃草稿的原因": "because",
}
"""The field of a form that a refusal means by the word it uses."""


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form when it is about none of its fields."""
    name = FIELD_OF.get(refusal.where, refusal.where)
    form.add_error(name if name in form.fields else None, in_words(refusal.message))
