"""The form that sends a file."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.imports import KINDS, WORKBOOK

LARGEST_MAPPING: Final = 64 << 10
"""Bytes of a mapping file."""


def _is_small(file: UploadedFile[Any]) -> None:
    if (file.size or 0) > LARGEST_MAPPING:
        raise forms.ValidationError(_("映射文件最多 64 KB；这个文件恐怕不是映射。"))


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


class MappingFileForm(forms.Form):
    """A mapping file to be kept under a name."""

    kind = forms.ChoiceField(label=_("内容"), choices=lambda: [(k, _(noun.title)) for k, noun in KINDS.items()])
    name = forms.CharField(label=_("名称"), max_length=64, error_messages={"required": _("请起一个名字。")})
    file = forms.FileField(
        label=_("映射文件"),
        help_text=_(".toml，与命令行 --mapping 用的相同。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
        validators=[FileExtensionValidator(["toml"], message=_("应为 .toml 文件。")), _is_small],
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )
