"""Reading the rule book from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from django.db.models import QuerySet

from baohou.core import rulebook as core
from baohou.kernel.prepared import prepared
from baohou.kernel.rulebook import registry
from baohou.kernel.rulebook.drafts import Draft
from baohou.kernel.rulebook.faults import RuleFileRefused
from baohou.kernel.rulebook.models import Clause, Parameter, ParameterException, RuleVersion
from baohou.kernel.rulebook.placing import Plan, place
from baohou.kernel.rulebook.reading import Reading
from baohou.kernel.rulebook.writing import to_yaml

_REMEMBERED: Final = 256
"""So many versions are kept in memory."""


def list_versions(*, rule_set: str | None = None) -> QuerySet[RuleVersion]:
    """Versions with their clauses, parameters and exceptions at hand, in order of rule set and effective day."""
    versions = RuleVersion.objects.select_related("rule_set").prefetch_related("clauses__parameters__exceptions")
    if rule_set is not None:
        versions = versions.filter(rule_set__code=rule_set)
    return versions.order_by("rule_set__code", "effective_on")


def get_rule_book(*, rule_set: str = "PGM") -> core.RuleBook:
    """All versions of a rule set, as the rules want them; empty when none is loaded.

    One query, and three more for each version that this process has not read yet.
    """
    return core.RuleBook(tuple(_version(version) for version in _versions(rule_set)))


@prepared
def _versions(rule_set: str) -> QuerySet[RuleVersion]:
    versions = RuleVersion.objects.filter(rule_set__code=rule_set).select_related("rule_set")
    return versions.order_by("effective_on")


def clauses_of(version: RuleVersion) -> tuple[core.Clause, ...]:
    """The clauses of a version in the order of its file."""
    return tuple(_clause(clause) for clause in version.clauses.all())


def draft_of(version: RuleVersion) -> Draft:
    """A standing version as its file says it."""
    return Draft(
        rule_set=version.rule_set.code,
        title=version.rule_set.title,
        name=version.name,
        effective_on=version.effective_on,
        until=version.until,
        reference=version.reference,
        adopted_by=version.adopted_by,
        clauses=clauses_of(version),
    )


def as_yaml(version: RuleVersion) -> str:
    """A standing version as the text of a rule book file; taking that text again changes nothing."""
    return draft_as_yaml(draft_of(version))


def draft_as_yaml(draft: Draft) -> str:
    """A version as the text of a rule book file."""
    return to_yaml(draft, specs={(spec.clause, spec.name): spec for spec in registry.specs()})


def plan(*, readings: Sequence[Reading], on: date) -> list[Plan]:
    """What taking these readings on a day would do, one plan a rule set; RuleFileRefused with all faults."""
    drafts = [reading.draft for reading in readings if reading.draft is not None]
    plans = [
        place(
            drafts=[draft for draft in drafts if draft.rule_set == rule_set],
            standing=list(list_versions(rule_set=rule_set)),
            today=on,
        )
        for rule_set in sorted({draft.rule_set for draft in drafts})
    ]
    faults = [fault for reading in readings for fault in reading.faults]
    faults += [fault for one in plans for fault in one.faults]
    if faults:
        raise RuleFileRefused(faults)
    return plans


def _version(version: RuleVersion) -> core.Version:
    return core.Version(
        number=version.pk,
        rule_set=version.rule_set.code,
        name=version.name,
        effective_on=version.effective_on,
        ends_on=version.ends_on,
        clauses=_read_clauses(version.pk, version.digest),
    )


@lru_cache(maxsize=_REMEMBERED)
def _read_clauses(number: int, digest: str) -> dict[str, core.Clause]:
    """A version's clauses by code, remembered: what a version says never changes, and its digest is of that."""
    clauses = Clause.objects.filter(version=number).prefetch_related("parameters__exceptions")
    return {clause.code: _clause(clause) for clause in clauses}


def _clause(clause: Clause) -> core.Clause:
    return core.Clause(
        code=clause.code,
        title=clause.title,
        text=clause.text,
        reference=clause.reference,
        parameters={parameter.name: _parameter(parameter) for parameter in clause.parameters.all()},
    )


def _parameter(parameter: Parameter) -> core.Parameter:
    return core.Parameter(
        name=parameter.name,
        value=parameter.value,
        reference=parameter.reference,
        exceptions=tuple(_exception(exception) for exception in parameter.exceptions.all()),
    )


def _exception(exception: ParameterException) -> core.ExceptionTo:
    return core.ExceptionTo(
        label=exception.label,
        when={fact: tuple(values) for fact, values in exception.when.items()},
        value=exception.value,
        reference=exception.reference,
        over=tuple(exception.over),
    )
