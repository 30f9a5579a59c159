"""What a device tells of a draft, and why a draft is thrown away."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services.drafts import Written

_FILE = frozenset({"sha256", "name"})


class DraftForm(forms.Form):
    """A draft as its device sends it: ``content`` is JSON {fields, files, signed, place}."""

    key = forms.UUIDField()
    device = forms.UUIDField()
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    changed_at = forms.DateTimeField()
    kind = forms.ChoiceField(choices=[(kind.code, kind.code) for kind in VisitKind])
    content = forms.CharField(strip=False)

    def clean_content(self) -> dict[str, Any]:
        try:
            told = json.loads(self.cleaned_data["content"])
        except (ValueError, RecursionError) as wrong:
            raise forms.ValidationError(_("草稿的内容读不出来。")) from wrong
        if not _is_a_draft(told):
            raise forms.ValidationError(_("草稿的内容读不出来。"))
        return dict(told)

    def written(self) -> Written:
        """What was written; only after is_valid()."""
        kind, told = VisitKind.read(self.cleaned_data["kind"]), self.cleaned_data["content"]
        assert kind is not None
        files = [(one["sha256"], one["name"]) for one in told["files"]]
        return Written(kind, told["fields"], files, told.get("signed"), told.get("place"))


class DiscardForm(forms.Form):
    """Why a draft is thrown away; of one that somebody else began it has to be said."""

    def __init__(self, *args: Any, received: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"] = forms.CharField(
            label=_("放弃草稿的原因"),
            required=received,
            max_length=500,
            error_messages={"required": _("请写明为什么放弃：这份草稿是别人移交来的。")},
        )


def _is_a_draft(told: Any) -> bool:
    """Whether JSON is {fields: {name: text}, files: [{sha256, name}], signed?: {…}, place?: {…}}."""
    if not isinstance(told, dict):
        return False
    fields, files = told.get("fields"), told.get("files")
    return (
        isinstance(fields, dict)
        and all(isinstance(text, str) for text in fields.values())
        and isinstance(files, list)
        and all(_is_file(one) for one in files)
        and all(told.get(name) is None or isinstance(told[name], dict) for name in ("signed", "place"))
    )


def _is_file(one: Any) -> bool:
    return isinstance(one, dict) and one.keys() == _FILE and all(isinstance(text, str) for text in one.values())
