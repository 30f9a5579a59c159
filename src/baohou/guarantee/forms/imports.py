"""The form that sends a file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.imports import KINDS, WORKBOOK


class UploadForm(forms.Form):
    """A file of facts, and of which kind."""

    kind = forms.ChoiceField(
        label=_("内容"),
        choices=lambda: [
            (WORKBOOK, _("整本工作簿（每种数据一张表）")),
            *((k, _(noun.title)) for k, noun in KINDS.items()),
        ],
    )
    file = forms.FileField(
        label=_("文件"),
        help_text=_(".xlsx 或 .csv。先检查，不会马上写入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )
