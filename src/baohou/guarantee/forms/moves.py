"""Handing over a person's work: from which day, and who takes each guarantee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from baohou.guarantee.forms.fields import day_field
from baohou.guarantee.queries.moves import Choice, Holding
from baohou.kernel.people.models import Posting


class MoveForm(forms.Form):
    """The day and the reason; the rows come beside it (see Row)."""

    effective_on = day_field(label=_("自哪一天起由接收人负责"))
    because = forms.CharField(
        label=_("移交原因"),
        widget=forms.TextInput(attrs={"placeholder": _("如 调往业务二部、离职")}),
        error_messages={"required": _("请填写移交原因。")},
    )


@dataclass(frozen=True)
class Option:
    """Someone who may take over, and how many guarantees the person has already."""

    number: int
    said: str
    load: int


@dataclass(frozen=True)
class Row:
    """A guarantee on the form: what is asked, and what is chosen."""

    holding: Holding
    to_a: int | None
    to_b: int | None


def options(receivers: Sequence[Posting], loads: Mapping[int, int]) -> list[Option]:
    """Those who may take over, by department and staff number."""
    return [
        Option(one.staff_id, f"{one.staff.name}（{one.staff.staff_no}）", loads.get(one.staff_id, 0))
        for one in receivers
    ]


def chosen(data: QueryDict, holdings: Sequence[Holding]) -> dict[int, Choice]:
    """The choices that were sent, for those guarantees that were on the form."""
    found: dict[int, Choice] = {}
    for holding in holdings:
        pk = holding.guarantee.pk
        if f"a-{pk}" in data or f"b-{pk}" in data:
            found[pk] = (_number(data.get(f"a-{pk}")), _number(data.get(f"b-{pk}")))
    return found


def rows(holdings: Sequence[Holding], choices: Mapping[int, Choice]) -> list[Row]:
    """The guarantees with what is chosen for each."""
    return [Row(holding, *choices.get(holding.guarantee.pk, (None, None))) for holding in holdings]


def _number(text: Any) -> int | None:
    return int(text) if text and str(text).isdecimal() else None
