"""Reading the rule book from the database."""

from __future__ import annotations

from django.db.models import QuerySet

from baohou.core import rulebook as core
from baohou.kernel.rulebook.models import Clause, Parameter, ParameterException, RuleVersion


def list_versions(*, rule_set: str | None = None) -> QuerySet[RuleVersion]:
    """Versions with their clauses, parameters and exceptions at hand, in order of rule set and effective day."""
    versions = RuleVersion.objects.select_related("rule_set").prefetch_related("clauses__parameters__exceptions")
    if rule_set is not None:
        versions = versions.filter(rule_set__code=rule_set)
    return versions.order_by("rule_set__code", "effective_on")


def get_rule_book(*, rule_set: str = "PGM") -> core.RuleBook:
    """All versions of a rule set, as the rules want them; empty when none is loaded. Four queries."""
    return core.RuleBook(tuple(_version(version) for version in list_versions(rule_set=rule_set)))


def clauses_of(version: RuleVersion) -> tuple[core.Clause, ...]:
    """The clauses of a version in the order of its file."""
    return tuple(_clause(clause) for clause in version.clauses.all())


def _version(version: RuleVersion) -> core.Version:
    return core.Version(
        number=version.pk,
        rule_set=version.rule_set.code,
        name=version.name,
        effective_on=version.effective_on,
        ends_on=version.ends_on,
        clauses={clause.code: clause for clause in clauses_of(version)},
    )


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
