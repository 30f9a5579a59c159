"""The rule book: its versions, its clauses with their parameters, and how well each is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core import rulebook as core
from baohou.core.errors import Refused
from baohou.desk.forms import VersionForm
from baohou.desk.queries import get_kept
from baohou.kernel.approvals.of_rules import VERSION, ask_version
from baohou.kernel.approvals.queries import list_pending_of
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.rulebook import registry
from baohou.kernel.rulebook.faults import RuleFileRefused
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.queries import as_yaml, get_rule_book, list_versions
from baohou.kernel.saying import in_words


@door(None, Thing.RULE_VERSION)
def rule_book_page(request: Asked, number: int | None = None) -> HttpResponse:
    """One version with its clauses: the one in force, unless the address names another."""
    versions = list(list_versions())
    standing = next((v for v in versions if _stands(v, request.today)), versions[-1] if versions else None)
    shown = standing if number is None else next((v for v in versions if v.pk == number), None)
    if number is not None and shown is None:
        raise Http404
    context: dict[str, Any] = {"versions": versions, "standing": standing, "shown": shown}
    context["pending"] = shown_list(list_pending_of(VERSION.code))
    if shown is not None:
        context["clauses"] = _clauses(shown, request.today)
    return render(request, "desk/rule_book.html", context)


@door()
def kept_part(request: Asked) -> HttpResponse:
    """How well each clause is kept: put into the page after it has come, since it counts all duties."""
    return render(request, "desk/parts/kept.html", {"kept": get_kept(on=request.today)})


@door(Right.ADMINISTER)
def add_page(request: Asked) -> HttpResponse:
    """Ask for a version, beginning from the text of the newest."""
    newest = list_versions().last()
    form = VersionForm(request.POST or None, initial={"text": as_yaml(newest) if newest else ""})
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_version(**form.cleaned_data, by=request.person, on=request.today, door="page")
        except RuleFileRefused as refusal:
            form.refuse([fault for fault in in_words(refusal.message).splitlines() if fault.strip()])
        except Refused as refusal:
            form.add_error(None, in_words(refusal.message))
        else:
            if asked.waits:
                tell_asked(request, asked, done="")
                return redirect("rule-book")
            version = asked.result
            tell_asked(request, asked, done=_("版本 %(name)s 已加入制度。") % {"name": version.name})
            return redirect("rule-book.version", number=version.pk)
    return render(request, "desk/add_version.html", {"form": form, "newest": newest})


def _stands(version: RuleVersion, on: date) -> bool:
    return version.effective_on <= on and (version.ends_on is None or on < version.ends_on)


def _clauses(version: RuleVersion, today: date) -> list[dict[str, Any]]:
    """The clauses of a version, each parameter in words with the day since when its value holds.

    What a version does not say and has a default is shown with that, without a day.
    """
    book = get_rule_book(rule_set=version.rule_set.code)
    specs = {(spec.clause, spec.name): spec for spec in registry.specs()}
    until = today if _stands(version, today) else version.effective_on
    return [
        {
            "clause": clause,
            "parameters": [
                {
                    "parameter": parameter,
                    "spec": specs[clause.code, name],
                    "since": book.since(clause.code, name, until),
                }
                for name, parameter in clause.parameters.items()
            ]
            + [
                {"parameter": core.Parameter(spec.name, spec.default, ""), "spec": spec, "since": None}
                for spec in specs.values()
                if spec.default is not None and spec.clause == clause.code and spec.name not in clause.parameters
            ],
        }
        for clause in _in_order(book.version(version.pk), version)
    ]


def _in_order(core_version: core.Version, version: RuleVersion) -> list[core.Clause]:
    return [core_version.clauses[clause.code] for clause in version.clauses.all()]
