"""A rule version waits for a second pair of eyes: what of the book it would change, and taking it in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone

from baohou.core import rulebook as core
from baohou.core.money import format_yuan
from baohou.core.sayings import ALSO, OR, Said, listed, say, together
from baohou.kernel.approvals.kinds import Kind, Order, Payload, Row
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.people.access import Person, Right
from baohou.kernel.rulebook import queries, registry
from baohou.kernel.rulebook.drafts import UNITS
from baohou.kernel.rulebook.drafts import Draft as Version
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.reading import read_text
from baohou.kernel.rulebook.services import add_version


def ask_version(*, text: str, because: str, by: Person, on: date, door: str) -> Asked:
    """Ask for a version to be taken in, as the text of a rule book file; one that stands already is its own result.

    RuleFileRefused lists all faults of the text.
    """
    plan = next(iter(queries.plan(readings=[read_text(text)], on=timezone.localdate())), None)
    if plan is None or not plan.changes_anything:
        return Asked(None, add_version(text=text, by=by.actor, door=door))
    taken = plan.taken[0]
    return ask(
        Draft(
            kind=VERSION.code,
            subject=taken.rule_set,
            title=say("%(name)s，自 %(on)s 施行", name=f"{taken.title} {taken.name}", on=str(taken.effective_on)),
            payload={"text": text, "rule_set": taken.rule_set},
            rows=list(_changes(taken)),
            because=because,
        ),
        by=by,
        on=on,
        door=door,
    )


def _changes(taken: Version) -> Iterator[Row]:
    """What a version says otherwise than the one that stands before it: header, texts, parameters, exceptions."""
    before = _standing_before(taken)
    was = queries.draft_of(before) if before else None
    yield say("版本"), was.name if was else "", taken.name
    yield say("施行日"), str(was.effective_on) if was else "", str(taken.effective_on)
    for what, name in ((say("依据"), "reference"), (say("批准者"), "adopted_by")):
        held, new = getattr(was, name, ""), getattr(taken, name)
        if held != new:
            yield what, held, new
    old_clauses = {clause.code: clause for clause in was.clauses} if was else {}
    new_clauses = {clause.code: clause for clause in taken.clauses}
    for code in dict.fromkeys([*old_clauses, *new_clauses]):
        old_said, new_said = _said(old_clauses.get(code)), _said(new_clauses.get(code))
        for part in dict.fromkeys([*old_said, *new_said]):
            if old_said.get(part, "") != new_said.get(part, ""):
                yield together([code, " ", part]), old_said.get(part, ""), new_said.get(part, "")


def _standing_before(taken: Version) -> RuleVersion | None:
    versions = queries.list_versions(rule_set=taken.rule_set).filter(effective_on__lte=taken.effective_on)
    return versions.order_by("-effective_on").first()


def _said(clause: core.Clause | None) -> dict[str, str]:
    """What a clause says, piece by piece, in words."""
    if clause is None:
        return {}
    kinds = {(spec.clause, spec.name): spec.kind for spec in registry.specs()}
    said: dict[str, str] = {say("条款"): clause.title, say("条文"): clause.text, say("出处"): clause.reference}
    for name, parameter in clause.parameters.items():
        kind = kinds.get((clause.code, name), "code")
        said[say("参数 %(name)s", name=name)] = _value(kind, parameter.value)
        for one in parameter.exceptions:
            what = say("参数 %(name)s 的例外“%(label)s”", name=name, label=one.label)
            said[what] = _exception(kind, one)
    return said


def _exception(kind: core.Kind, one: core.ExceptionTo) -> Said:
    facts = (say("%(fact)s 为 %(values)s", fact=fact, values=listed(of, OR)) for fact, of in one.when.items())
    when, value = listed(facts, ALSO), _value(kind, one.value)
    if not one.over:
        return say("%(when)s：%(value)s", when=when, value=value)
    return say("%(when)s：%(value)s；优先于 %(over)s", when=when, value=value, over=listed(one.over))


def _value(kind: core.Kind, value: core.Value) -> str:
    if kind == "fen":
        return say("%(n)s %(unit)s", n=format_yuan(int(value)), unit=say(UNITS[kind]))
    if kind == "day_of_month":
        return say("%(n)s 日", n=value)
    return str(value) if kind == "code" else say("%(n)s %(unit)s", n=value, unit=say(UNITS[kind]))


def _carry_out(order: Order) -> RuleVersion:
    return add_version(text=order.payload["text"], by=order.actor, door=order.door)


def _stamp(payload: Payload) -> str:
    versions = RuleVersion.objects.filter(rule_set__code=payload["rule_set"]).order_by("effective_on")
    said = ";".join(f"{on} {until} {digest}" for on, until, digest in versions.values_list(*_ASKED))
    return hashlib.sha256(said.encode()).hexdigest()


_ASKED = ("effective_on", "ends_on", "digest")

VERSION = Kind(
    code="rulebook.version",
    title="加入制度版本",
    right=Right.CHECK_RULES,
    carry_out=_carry_out,
    stamp=_stamp,
    place=lambda _: reverse("rule-book"),
    rehearsed=False,
)
