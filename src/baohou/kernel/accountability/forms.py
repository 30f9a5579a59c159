"""What people fill in about penalties: waivers, reversals, appeals, decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.core.money import NotAnAmount, format_yuan, to_fen
from baohou.kernel.accountability.appeals import DECIDED, Evidence
from baohou.kernel.accountability.models import Verdict
from baohou.kernel.saying import in_words

FIELD_OF = {"减免金额": "amount", "理由": "because", "申诉理由": "text", "裁定": "verdict", "附件": "attached"}
"""The field of a form that a refusal means by the word it uses."""


def show_refusal(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form when it is about none of its fields."""
    name = FIELD_OF.get(refusal.where, "attached" if refusal.code.startswith("papers.") else "")
    form.add_error(name if name in form.fields else None, in_words(refusal.message))


class WaiverForm(forms.Form):
    """A waiver of all or part of what is left of a penalty, with its reason."""

    amount = forms.CharField(
        label=_("减免金额（元）"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": _("请填写金额。")},
    )
    because = forms.CharField(
        label=_("理由"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )

    def __init__(self, *args: Any, left_fen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("amount", format_yuan(left_fen))

    def clean_amount(self) -> int:
        """The amount in fen."""
        return _fen(self.cleaned_data["amount"])


class ReversalForm(forms.Form):
    """Why a penalty ought not to have been booked."""

    because = forms.CharField(
        label=_("理由"),
        help_text=_("写明为什么不该罚、凭什么这么说。只是酌情减轻的，请用减免。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, also none."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """The files one by one; an empty one is for the kernel to refuse, with its name."""
        return [super(FilesField, self).clean(one, initial) for one in data or [] if one]


class AppealForm(forms.Form):
    """What the person says against a penalty, and what proves it."""

    text = forms.CharField(
        label=_("申诉理由"),
        help_text=_("写明当时的情况：为什么没有按时办，或为什么不应由您负责。"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请写明申诉的理由。")},
    )
    attached = FilesField(
        label=_("附件"),
        help_text=_("可不附；照片（JPEG、PNG、WebP）、PDF、xlsx 或 docx，最多 9 个，每个不超过 20 MB。"),
        required=False,
        allow_empty_file=True,
    )

    def evidence(self) -> list[Evidence]:
        """The files as the verb wants them."""
        return [Evidence(str(file.name), file.read()) for file in self.cleaned_data["attached"]]


class DecisionForm(forms.Form):
    """A verdict on an appeal, the amount when it waives a part, and the reason."""

    verdict = forms.TypedChoiceField(label=_("裁定"), coerce=lambda code: Verdict[code.upper()])
    amount = forms.CharField(
        label=_("减免金额（元）"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    because = forms.CharField(
        label=_("理由"),
        help_text=_("申诉人会看到这段话。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写明理由。")},
    )

    def __init__(self, *args: Any, left_fen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdict = self.fields["verdict"]
        assert isinstance(verdict, forms.TypedChoiceField)
        verdict.choices = [("", gettext("请选择")), *((one.name.lower(), gettext(str(one.label))) for one in DECIDED)]
        verdict.error_messages["required"] = gettext("请选择裁定。")
        verdict.widget.attrs["data-shows"] = ""
        left = {"left": format_yuan(left_fen)}
        self.fields["amount"].help_text = gettext("现余额 %(left)s 元，须小于现余额。") % left

    def clean(self) -> dict[str, Any]:
        """The amount in fen; 0 unless a part is waived."""
        cleaned = super().clean() or {}
        text = cleaned.get("amount", "")
        cleaned["amount"] = 0
        if cleaned.get("verdict") is Verdict.REDUCED:
            if not text:
                self.add_error("amount", gettext("请填写金额。"))
            else:
                try:
                    cleaned["amount"] = _fen(text)
                except forms.ValidationError as wrong:
                    self.add_error("amount", wrong)
        return cleaned


def _fen(text: str) -> int:
    try:
        return to_fen(text)
    except NotAnAmount as wrong:
        raise forms.ValidationError(in_words(wrong.message)) from wrong
