"""Taking versions into the rule book: all of what is given or nothing, and never an edit of one in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from baohou.core import rulebook as core
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.rulebook import queries, registry
from baohou.kernel.rulebook.drafts import Draft
from baohou.kernel.rulebook.models import Clause, Parameter, ParameterException, RuleSet, RuleVersion
from baohou.kernel.rulebook.placing import Plan
from baohou.kernel.rulebook.reading import Reading, read_file, read_text


def load_version(*, path: Path, by: str, door: str, on: date | None = None) -> RuleVersion:
    """Take the version that a file says and return it; the same file twice changes nothing.

    ``on`` is the day it is taken (today when not given): a version whose effective day has come by then is
    never edited. RuleFileRefused lists all faults.
    """
    return load_versions(paths=[path], by=by, door=door, on=on)[0]


def load_versions(*, paths: Sequence[Path], by: str, door: str, on: date | None = None) -> list[RuleVersion]:
    """Take the versions of several files, all or none, and return them in the order of the files."""
    return _take([read_file(path) for path in paths], by=by, door=door, on=on)


def load_shipped(*, door: str, by: str = "", on: date | None = None) -> list[RuleVersion]:
    """Take the versions that the rooms ship and that do not stand yet; return those taken.

    A shipped version that stands is left as it is, also when a newer release words it differently.
    """
    standing = set(RuleVersion.objects.values_list("rule_set__code", "effective_on"))
    readings = [read_file(path) for path in registry.shipped_files()]
    missing = [
        one for one in readings if one.draft is None or (one.draft.rule_set, one.draft.effective_on) not in standing
    ]
    return _take(missing, by=by, door=door, on=on)


def add_version(*, text: str, by: str, door: str, on: date | None = None) -> RuleVersion:
    """Take the version that a text says (as ``queries.as_yaml`` writes it, then changed by a person)."""
    return _take([read_text(text)], by=by, door=door, on=on)[0]


@transaction.atomic
def _take(readings: Sequence[Reading], *, by: str, door: str, on: date | None) -> list[RuleVersion]:
    """Take what was read, all or nothing; whoever takes versions of the same rule set waits until this is done."""
    drafts = [reading.draft for reading in readings if reading.draft is not None]
    codes = sorted({draft.rule_set for draft in drafts})
    list(RuleSet.objects.select_for_update().filter(code__in=codes).order_by("pk"))
    plans = [plan for plan in queries.plan(readings=readings, on=on or timezone.localdate()) if plan.changes_anything]
    if plans:
        names = [f"{draft.rule_set} {draft.name}" for plan in plans for draft in plan.taken]
        files = [draft.file for plan in plans for draft in plan.taken]
        act = record_act(verb="rulebook.load", door=door, by=by, facts={"versions": names, "files": files})
        for plan in plans:
            _carry_out(plan, act)
    standing = {(version.rule_set.code, version.effective_on): version for version in queries.list_versions()}
    return [standing[draft.rule_set, draft.effective_on] for draft in drafts]


def _carry_out(plan: Plan, act: Act) -> None:
    """End the standing versions where they are replaced, then write the new ones."""
    code, title = plan.taken[0].rule_set, plan.taken[0].title
    rule_set, _ = RuleSet.objects.get_or_create(code=code, defaults={"title": title})
    _end_standing(rule_set, plan, act)
    for version, draft in plan.replaced:
        change = str(version), queries.as_yaml(version), queries.draft_as_yaml(draft)
        record_changes(act=act, table="rulebook.ruleversion", rows=[change])
        version.clauses.all().delete()
        _write(version, draft, plan)
    for draft in plan.added:
        _write(RuleVersion(rule_set=rule_set), draft, plan)


def _end_standing(rule_set: RuleSet, plan: Plan, act: Act) -> None:
    """Write the day on which a standing version is now replaced, and that it was changed."""
    rewritten = {version.pk for version, _ in plan.replaced}
    for version in rule_set.versions.exclude(pk__in=rewritten):
        end = plan.ends[version.effective_on]
        if version.ends_on != end:
            before, version.ends_on = version.ends_on, end
            change = {"ends_on": before and str(before)}, {"ends_on": end and str(end)}
            record_changes(act=act, table="rulebook.ruleversion", rows=[(str(version), *change)])
            version.save(update_fields=["ends_on"])


def _write(version: RuleVersion, draft: Draft, plan: Plan) -> None:
    """Write a version and its clauses."""
    version.name = draft.name
    version.effective_on = draft.effective_on
    version.until = draft.until
    version.ends_on = plan.ends[draft.effective_on]
    version.reference = draft.reference
    version.adopted_by = draft.adopted_by
    version.digest = draft.digest
    version.save()
    for position, clause in enumerate(draft.clauses):
        _write_clause(version, clause, position)


def _write_clause(version: RuleVersion, clause: core.Clause, position: int) -> None:
    row = Clause.objects.create(
        version=version,
        code=clause.code,
        title=clause.title,
        text=clause.text,
        reference=clause.reference,
        position=position,
    )
    for parameter in clause.parameters.values():
        _write_parameter(row, parameter)


def _write_parameter(clause: Clause, parameter: core.Parameter) -> None:
    row = Parameter.objects.create(
        clause=clause, name=parameter.name, value=parameter.value, reference=parameter.reference
    )
    exceptions = (
        ParameterException(
            parameter=row,
            label=exception.label,
            when=dict(exception.when),
            value=exception.value,
            reference=exception.reference,
            over=list(exception.over),
        )
        for exception in parameter.exceptions
    )
    add_rows(ParameterException, exceptions)
