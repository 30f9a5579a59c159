"""Placing versions on the time line of their rule set, beside those that stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from baohou.core.rulebook import Misfit, Span, ends_of, find_misfits
from baohou.core.sayings import say
from baohou.kernel.rulebook.drafts import Draft
from baohou.kernel.rulebook.faults import Fault
from baohou.kernel.rulebook.models import RuleVersion


@dataclass
class Plan:
    """What taking some drafts of one rule set would do, and what speaks against it.

    ``ends`` gives the day that each version ends, by its effective day, when all is taken.
    """

    unchanged: list[RuleVersion] = field(default_factory=list)
    replaced: list[tuple[RuleVersion, Draft]] = field(default_factory=list)
    added: list[Draft] = field(default_factory=list)
    ends: dict[date, date | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def taken(self) -> list[Draft]:
        """The drafts that would be written."""
        return [*(draft for _, draft in self.replaced), *self.added]

    @property
    def changes_anything(self) -> bool:
        return bool(self.taken)

    def fault(self, draft: Draft, key: str, message: str) -> None:
        self.faults.append(Fault(draft.file, draft.lines.get(key, 1), message))


def place(*, drafts: Sequence[Draft], standing: Sequence[RuleVersion], today: date) -> Plan:
    """Say what drafts of one rule set would do beside its standing versions; a version in force is never edited."""
    plan = Plan()
    new = _one_a_day(plan, drafts)
    _check_names(plan, list(new.values()), standing)
    for draft in new.values():
        _sort_in(plan, draft, standing, today)
    _lay_out(plan, new, standing)
    return plan


def _one_a_day(plan: Plan, drafts: Sequence[Draft]) -> dict[date, Draft]:
    """The drafts by effective day; the same one twice is one."""
    found: dict[date, Draft] = {}
    for draft in drafts:
        other = found.setdefault(draft.effective_on, draft)
        if other.digest != draft.digest:
            plan.fault(
                draft,
                "effective_on",
                say(
                    "与 %(file)s 同在 %(effective_on)s 施行而内容不同：只能留一个",
                    file=other.file,
                    effective_on=draft.effective_on,
                ),
            )
    return found


def _check_names(plan: Plan, drafts: Sequence[Draft], standing: Sequence[RuleVersion]) -> None:
    """A name belongs to one version, and a rule set has one title."""
    days = {version.name: version.effective_on for version in standing}
    title = standing[0].rule_set.title if standing else drafts[0].title
    for draft in drafts:
        day = days.setdefault(draft.name, draft.effective_on)
        if day != draft.effective_on:
            plan.fault(
                draft,
                "name",
                say("版本名称“%(name)s”已由 %(day)s 施行的版本使用：请换一个名称", name=draft.name, day=day),
            )
        if draft.title and draft.title != title:
            plan.fault(
                draft,
                "title",
                say("制度 %(rule_set)s 的名称是“%(title)s”：请照写", rule_set=draft.rule_set, title=title),
            )


def _sort_in(plan: Plan, draft: Draft, standing: Sequence[RuleVersion], today: date) -> None:
    """Whether a draft is new, says what stands already, or would change what stands."""
    same_day = next((version for version in standing if version.effective_on == draft.effective_on), None)
    if same_day is None:
        plan.added.append(draft)
    elif same_day.digest == draft.digest:
        plan.unchanged.append(same_day)
    elif same_day.effective_on <= today:
        plan.fault(
            draft,
            "effective_on",
            say(
                "%(effective_on)s 施行的版本“%(name)s”已经生效，内容不同，不能修改：请另立新版本，写新的名称和施行日",
                effective_on=draft.effective_on,
                name=same_day.name,
            ),
        )
    else:
        plan.replaced.append((same_day, draft))


def _lay_out(plan: Plan, new: dict[date, Draft], standing: Sequence[RuleVersion]) -> None:
    """Lay all versions end to end, note gaps and overlaps, and say the day that each ends."""
    spans = {version.effective_on: Span(version.effective_on, version.until) for version in standing}
    spans |= {draft.effective_on: draft.span for draft in plan.taken}
    names = {version.effective_on: version.name for version in standing} | {day: new[day].name for day in new}
    in_order = [spans[day] for day in sorted(spans)]
    for misfit in find_misfits(in_order):
        _fault_misfit(plan, misfit, new, names)
    plan.ends = dict(zip(sorted(spans), ends_of(in_order), strict=True))


def _fault_misfit(plan: Plan, misfit: Misfit, new: dict[date, Draft], names: dict[date, str]) -> None:
    """Note a misfit at the draft that makes it: where it begins, or where it ends."""
    earlier, later = misfit.earlier, misfit.later
    what = say("有空缺") if misfit.is_gap else say("有重叠")
    message = say(
        "时间上%(what)s：“%(earlier)s”到 %(until)s 止，“%(later)s”自 %(effective_on)s 起；二者应为同一天",
        what=what,
        earlier=names[earlier.effective_on],
        until=earlier.until,
        later=names[later.effective_on],
        effective_on=later.effective_on,
    )
    if later.effective_on in new:
        plan.fault(new[later.effective_on], "effective_on", message)
    else:
        plan.fault(new[earlier.effective_on], "until", message)
