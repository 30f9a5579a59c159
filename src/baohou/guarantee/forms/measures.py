"""The form of a disposal measure: who conferred, what they decided, and who does what by when (PGM.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import day_field
from baohou.guarantee.models import Measure, MeasureAction
from baohou.guarantee.services.measures import Action
from baohou.kernel.people.models import Staff

_FEWEST, _SPARE = 3, 2
_ROW = re.compile(r"text-([0-9]{1,2})")


@dataclass(frozen=True)
class ActionFields:
    """The three fields of one action."""

    text: forms.BoundField
    responsible: forms.BoundField
    due_on: forms.BoundField


class MeasureForm(forms.Form):
    """The disposal measure for a client graded watch or risk, with those who conferred (PGM.10)."""

    def __init__(
        self,
        *args: Any,
        managers: Sequence[Staff],
        department_managers: Sequence[Staff],
        latest: date,
        actions: int,
        any_done: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.any_done = any_done
        self.people = {str(staff.pk): staff for staff in [*managers, *department_managers]}
        a_or_b = [(str(staff.pk), str(staff)) for staff in managers]
        heads = [(str(staff.pk), str(staff)) for staff in department_managers]
        self.fields["text"] = forms.CharField(
            label=_("处置措施"),
            help_text=_("写明情况判断和处置办法；具体的事写在下面。"),
            widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={"required": _("请写明处置措施。")},
        )
        self.fields["department_manager"] = forms.ChoiceField(label=_("参加沟通的部门经理"), choices=heads)
        self.fields["manager_a"] = forms.ChoiceField(label=_("项目经理 A 角"), choices=a_or_b)
        self.fields["manager_b"] = forms.ChoiceField(
            label=_("项目经理 B 角"), choices=[("", _("没有 B 角")), *a_or_b], required=False
        )
        self.fields["filed_on"] = day_field(label=_("填报日期"), latest=latest)
        self.fields["seen"] = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
        self.rows = range(actions)
        everyone = [("", _("谁来办")), *((pk, staff.name) for pk, staff in self.people.items())]
        for n in self.rows:
            self.fields[f"text-{n}"] = forms.CharField(
                label=_("要办的事"), required=False, widget=forms.TextInput(attrs={"class": "form-control"})
            )
            self.fields[f"responsible-{n}"] = forms.ChoiceField(
                label=_("负责人"), required=False, choices=everyone, widget=forms.Select(attrs={"class": "form-select"})
            )
            due = day_field(label=_("完成期限"))
            due.required = False
            due.widget.attrs["class"] = "form-control"
            self.fields[f"due_on-{n}"] = due

    @property
    def conferring(self) -> list[forms.BoundField]:
        return [self[name] for name in ("text", "department_manager", "manager_a", "manager_b", "filed_on")]

    @property
    def actions(self) -> list[ActionFields]:
        return [ActionFields(self[f"text-{n}"], self[f"responsible-{n}"], self[f"due_on-{n}"]) for n in self.rows]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found = 0
        for n in self.rows:
            said = [cleaned.get(f"{name}-{n}") for name in ("text", "responsible", "due_on")]
            found += any(said)
            if any(said) and not all(said) and not self._is_wrong(n):
                self.add_error(f"text-{n}", _("请写全：办什么、谁来办、什么时候办完。"))
        if not found and not self.any_done:
            self.add_error("text-0" if self.rows else None, _("请至少写明一件要办的事：谁、办什么、什么时候办完。"))
        return cleaned

    def _is_wrong(self, n: int) -> bool:
        return any(f"{name}-{n}" in self.errors for name in ("text", "responsible", "due_on"))

    def show_seen(self, measure: Measure | None) -> None:
        """After a refusal the page shows ``measure``: whoever sends the form again has seen it."""
        self.data = {**self.data.dict(), "seen": initial_of(measure)["seen"]}  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """What was filled in, people as people; only after is_valid()."""
        cleaned = self.cleaned_data
        return {
            "text": cleaned["text"],
            "seen": cleaned["seen"] or 0,
            "filed_on": cleaned["filed_on"],
            "department_manager": self.people[cleaned["department_manager"]],
            "manager_a": self.people[cleaned["manager_a"]],
            "manager_b": self.people.get(cleaned["manager_b"]),
            "actions": [
                Action(cleaned[f"text-{n}"], self.people[cleaned[f"responsible-{n}"]], cleaned[f"due_on-{n}"])
                for n in self.rows
                if cleaned[f"text-{n}"]
            ],
        }


def initial_of(measure: Measure | None) -> dict[str, Any]:
    """A measure as the form's first content: without what is done of it, which stays as it is."""
    if measure is None:
        return {"seen": 0}
    initial: dict[str, Any] = {
        "seen": measure.act_id or 0,
        "text": measure.text,
        "department_manager": measure.department_manager_id,
        "manager_a": measure.manager_a_id,
        "manager_b": measure.manager_b_id,
    }
    for n, action in enumerate(_to_do(measure)):
        initial |= {f"text-{n}": action.text, f"responsible-{n}": action.responsible_id, f"due_on-{n}": action.due_on}
    return initial


def count_actions(data: Mapping[str, Any] | None, measure: Measure | None) -> int:
    """So many rows the form has: those sent, or those of the measure that are still to do and some to spare."""
    if data is not None:
        return max((int(found[1]) + 1 for name in data if (found := _ROW.fullmatch(name))), default=1)
    return max(_FEWEST, len(_to_do(measure)) + _SPARE if measure else 0)


def any_done(measure: Measure | None) -> bool:
    """Whether something of a measure is done."""
    return measure is not None and any(action.done_on for action in measure.actions.all())


def _to_do(measure: Measure) -> list[MeasureAction]:
    return [action for action in measure.actions.all() if action.done_on is None]
