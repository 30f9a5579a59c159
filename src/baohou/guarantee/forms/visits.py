"""The form of a visit: its kind decides which matters it asks (PGM.3a, PGM.5a); the four methods of PGM.6 for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.appointments import ARRANGED, fields_of_appointment, read_appointment, require_whole
from baohou.guarantee.forms.fields import day_field
from baohou.guarantee.models import Guarantee
from baohou.guarantee.rules.matters import METHODS, METHODS_KEY, NOT_SIGNED, asked_of, unanswered, untold
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services.submissions import Place, Report
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff


class VisitForm(forms.Form):
    """One visit to one client. Choices come from the client's guarantees and those who may have visited."""

    def __init__(
        self, *args: Any, guarantees: Sequence[Guarantee], visitors: Sequence[Staff], latest: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.guarantees = {str(guarantee.pk): guarantee for guarantee in guarantees}
        self.visitors = {str(staff.pk): staff for staff in visitors}
        self.fields["kind"] = forms.ChoiceField(
            label=_("回访类别"),
            choices=[(kind.code, _(kind.zh)) for kind in VisitKind],
            widget=forms.Select(attrs={"data-shows": "kind"}),
        )
        projects = [(pk, guarantee.project_no) for pk, guarantee in self.guarantees.items()]
        self.fields["guarantee"] = forms.ChoiceField(
            label=_("担保项目"),
            required=False,
            choices=[("", _("全部项目")), *projects],
            help_text=_("例行回访必须写明是哪一笔担保；定期、特别回访可以不写。"),
        )
        self.fields["on"] = day_field(label=_("回访日期"), latest=latest)
        self.fields["by"] = forms.ChoiceField(
            label=_("回访人"), choices=[(pk, str(staff)) for pk, staff in self.visitors.items()]
        )
        self.fields.update(fields_of_appointment(latest=latest))
        for method in METHODS:
            self.fields[f"method-{method.code}"] = forms.BooleanField(
                label=_(method.zh), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
            )
            self.fields[f"found-{method.code}"] = _told(_("了解到的情况"), rows=2)
        for kind in VisitKind:
            for matter in asked_of(kind):
                self.fields[f"{kind.code}-{matter.code}"] = _told(_(matter.zh))
        self.fields["summary"] = _told(_("回访结论"), rows=3)
        self.fields["signer"] = forms.CharField(
            label=_("签字人姓名"),
            required=False,
            max_length=64,
            help_text=_("客户方在屏幕上签字的人。"),
            widget=forms.TextInput(attrs={"list": "known-people"}),
        )
        self.fields["unsigned_because"] = forms.CharField(
            label=_(NOT_SIGNED.zh), required=False, max_length=500, help_text=_("客户签了字就不用填。")
        )
        self.fields.update(_of_the_device())

    @property
    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("kind", "guarantee", "on", "by")]

    @property
    def appointment(self) -> list[forms.BoundField]:
        return [self[name] for name in ARRANGED]

    @property
    def methods(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"method-{method.code}"], self[f"found-{method.code}"]) for method in METHODS]

    @property
    def matters(self) -> list[tuple[VisitKind, list[forms.BoundField]]]:
        return [(kind, [self[f"{kind.code}-{matter.code}"] for matter in asked_of(kind)]) for kind in VisitKind]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == VisitKind.ROUTINE.code and not cleaned.get("guarantee"):
            self.add_error("guarantee", _("例行回访请选择担保项目。"))
        require_whole(self, cleaned)
        if not self._methods_used(cleaned):
            self.add_error(None, _("请至少勾选一种回访方法。"))
        self._require_answers(cleaned)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What was filled in, as the visit's own words want it; only after is_valid()."""
        cleaned = self.cleaned_data
        kind = VisitKind.read(cleaned["kind"])
        assert kind is not None
        methods = self._methods_used(cleaned)
        return {
            "kind": kind,
            "guarantee": self.guarantees.get(cleaned["guarantee"]),
            "on": cleaned["on"],
            "by": self.visitors[cleaned["by"]],
            "methods": "、".join(method.short for method in METHODS if method.code in methods),
            "summary": cleaned["summary"],
            "findings": self._findings(kind, cleaned),
        }

    def key(self) -> UUID:
        """The key that the device made up; only after is_valid()."""
        key: UUID = self.cleaned_data["key"] or uuid4()
        return key

    def report(self, *, client: Party, files: Sequence[tuple[str, str]]) -> Report:
        """The visit as it is to be stored; only after is_valid()."""
        cleaned = self.cleaned_data
        return Report(
            client=client,
            **self.facts(),
            signer=cleaned["signer"],
            signature=cleaned["signature"],
            unsigned_because=cleaned["unsigned_because"],
            files=files,
            place=place_of(cleaned),
            finished_at=cleaned["finished_at"],
            appointment=read_appointment(cleaned),
        )

    def _require_answers(self, cleaned: dict[str, Any]) -> None:
        """Ask for what the methods found, for every matter of the kind and for the conclusion, each in its place."""
        if kind := VisitKind.read(cleaned.get("kind", "")):
            findings = self._findings(kind, cleaned)
            for method in untold(findings):
                self.add_error(f"found-{method.code}", _("请写明由此了解到的情况。"))
            for matter in unanswered(kind, findings):
                self.add_error(f"{kind.code}-{matter.code}", _("请填写；没有了解到的，写明没有了解到。"))
        if not cleaned.get("summary"):
            self.add_error("summary", _("请填写回访结论。"))

    def _findings(self, kind: VisitKind, cleaned: dict[str, Any]) -> dict[str, Any]:
        """What was written of the matters of a kind and of the methods, as a report keeps it."""
        told = {matter.code: cleaned.get(f"{kind.code}-{matter.code}") for matter in asked_of(kind)}
        methods = {code: cleaned.get(f"found-{code}", "") for code in self._methods_used(cleaned)}
        return {code: text for code, text in told.items() if text} | {METHODS_KEY: methods}

    def _methods_used(self, cleaned: dict[str, Any]) -> list[str]:
        return [m.code for m in METHODS if cleaned.get(f"method-{m.code}") or cleaned.get(f"found-{m.code}")]


class AddendumForm(forms.Form):
    """A correction of a sealed report."""

    text = forms.CharField(
        label=_("补充或更正的内容"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明补充或更正的内容。")},
    )


class UploadForm(forms.Form):
    """One file that belongs to a visit not sent yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = forms.FileField(allow_empty_file=True)
        self.fields["is_signature"] = forms.BooleanField(required=False)
        self.fields["taken_at"] = forms.DateTimeField(required=False)
        device = _of_the_device()
        self.fields.update({name: device[name] for name in ("latitude", "longitude", "accuracy_m")})
        self.fields["key"] = forms.UUIDField()


def place_of(cleaned: dict[str, Any]) -> Place | None:
    """Where the device said it was."""
    if cleaned["latitude"] is None or cleaned["longitude"] is None:
        return None
    return Place(cleaned["latitude"], cleaned["longitude"], cleaned["accuracy_m"])


def _of_the_device() -> dict[str, forms.Field]:
    """What a device adds to what people fill in, in fields that nobody sees."""
    unseen = forms.HiddenInput
    degrees: dict[str, Any] = {"required": False, "max_digits": 9, "decimal_places": 6, "widget": unseen}
    return {
        "key": forms.UUIDField(required=False, widget=unseen),
        "signature": forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=unseen),
        "latitude": forms.DecimalField(min_value=-90, max_value=90, **degrees),
        "longitude": forms.DecimalField(min_value=-180, max_value=180, **degrees),
        "accuracy_m": forms.IntegerField(required=False, min_value=0, max_value=10_000_000, widget=unseen),
        "finished_at": forms.DateTimeField(required=False, widget=unseen),
    }


def _told(label: Any, *, rows: int = 2) -> forms.CharField:
    """A text. Its blank placeholder lets the page see that it is empty, and show the words for one touch only then."""
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows, "placeholder": " "}))
