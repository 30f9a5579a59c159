"""Filing the disposal measure for a client graded watch or risk, and doing what it says (PGM.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import Said, say
from baohou.guarantee.models import Measure, MeasureAction
from baohou.guarantee.queries.actions import doers_of
from baohou.guarantee.queries.grading import is_frozen
from baohou.guarantee.queries.pages.clients import speaking
from baohou.guarantee.services import events, telling, verbs
from baohou.kernel.audit.capture import add_rows, set_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_changes
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import get_posting


@dataclass(frozen=True)
class Action:
    """What a measure has someone do by a day."""

    text: str
    responsible: Staff
    due_on: date


@transaction.atomic
def file(
    *,
    client: Party,
    quarter: date,
    text: str,
    department_manager: Staff,
    manager_a: Staff,
    manager_b: Staff | None,
    filed_on: date,
    actions: Sequence[Action],
    seen: int,
    actor: str,
    door: str,
) -> Measure:
    """File, or write anew, a client's measure for the quarter that ends on ``quarter``, with those who conferred.

    ``seen`` is the act by which the measure that the writer saw was filed, 0 for none. Actions that are done stay,
    whatever is written; one still to do stays in the same words for the same person, the others go. Refused: no text,
    no action, an action due before the measure is filed, a client on a table that is handed in or accepted, and a
    measure that somebody else has filed since it was seen.
    """
    text = verbs.require_text(text, what="处置措施")
    verbs.require_not_future(filed_on, what="填报日期", where="填报日期")
    last = quarter_of(quarter).last
    _wait_for_turn(client, last)
    _require_open(client, last)
    before = Measure.objects.select_related("act").filter(client=client, quarter=last).first()
    there = list(before.actions.select_for_update().select_related("responsible")) if before else []
    done = [one for one in there if one.done_on is not None]
    actions = _require_actions(actions, filed_on, done)
    values = {
        "text": text,
        "department_manager": department_manager,
        "manager_a": manager_a,
        "manager_b": manager_b,
        "filed_on": filed_on,
    }
    if before is not None and (before.act_id or 0) != seen:
        if _in_words(there) == _in_words(actions) and all(getattr(before, name) == values[name] for name in values):
            return before
        raise Refused("guarantee.measure.overtaken", _overtaken(before, client), where="处置措施")
    act = verbs.act_on(
        verb="measures.file", client=client, actor=actor, door=door, facts={"quarter": str(quarter_of(quarter))}
    )
    measure, _ = Measure.objects.update_or_create(client=client, quarter=last, defaults={**values, "act": act})
    fresh = _write_actions(measure, there, actions, act)
    if before is not None:
        new = {"text": text, "filed_on": str(filed_on), "actions": _in_words(measure.actions.all())}
        old = {"text": before.text, "filed_on": str(before.filed_on), "actions": _in_words(there)}
        record_changes(act=act, table="guarantee_measure", rows=[(f"{client.id_no} {last}", old, new)])
    telling.tell_actions(fresh, client=client, quarter=last, actor=actor, on=filed_on)
    events.tell_measure(measure, actions=len(actions))
    return measure


def _wait_for_turn(client: Party, last: date) -> None:
    """One writer of a client's measure at a time, and none while the table with the client is handed in."""
    voice = speaking(client, on=last).first()
    if voice is not None:
        Department.objects.select_for_update().get(pk=voice.department_id)
    Party.objects.select_for_update().get(pk=client.pk)


def _overtaken(measure: Measure, client: Party) -> Said:
    by = Staff.objects.filter(staff_no=measure.act.by).first() if measure.act else None
    return say(
        "%(who)s已为%(client)s填报了处置措施：“%(text)s”。您写的还没有保存，请对照后再填报。",
        who=by.name if by else say("刚才有人"),
        client=client.name,
        text=measure.text,
    )


def _write_actions(
    measure: Measure, there: Sequence[MeasureAction], actions: Sequence[Action], act: Act
) -> list[MeasureAction]:
    """Write the actions beside ``there``, those that the measure had. Those that are new, or due on another day."""
    done = _keys_of_done(there)
    to_do: defaultdict[tuple[str, int], list[MeasureAction]] = defaultdict(list)
    for each in there:
        if each.done_on is None:
            to_do[each.text, each.responsible_id].append(each)
    new: list[MeasureAction] = []
    moved: list[MeasureAction] = []
    for one in actions:
        if (one.text, one.responsible.pk, one.due_on) in done:
            continue
        if not (same := to_do[one.text, one.responsible.pk]):
            new.append(
                MeasureAction(measure=measure, text=one.text, responsible=one.responsible, due_on=one.due_on, act=act)
            )
            continue
        stays = same.pop(0)
        if stays.due_on != one.due_on:
            stays.due_on = one.due_on
            moved.append(stays)
    MeasureAction.objects.filter(pk__in=[each.pk for same in to_do.values() for each in same]).delete()
    add_rows(MeasureAction, new)
    set_rows(MeasureAction, moved, ["due_on"])
    return [*new, *moved]


def _require_open(client: Party, last: date) -> None:
    """The quarter's table with the client is neither handed in nor accepted."""
    if is_frozen(client, last):
        message = say(
            "%(client)s所在的%(last)s分类表已上报，处置措施不能重写；要修改请风险管理部先退回。",
            client=client.name,
            last=quarter_of(last),
        )
        raise Refused("guarantee.measure.frozen", message)


@transaction.atomic
def finish(*, action: MeasureAction, on: date, by: Staff, actor: str, door: str) -> MeasureAction:
    """Say that an action is done; refused unless ``by`` is who does it, or a department manager of the client's.

    Refused as well: a day to come or before the measure was filed, and a second time.
    """
    measure = action.measure
    verbs.require_not_future(on, what="完成日期", where="完成日期")
    if on < measure.filed_on:
        message = say("完成日期 %(on)s 早于填报日期 %(filed_on)s，请核对。", on=on, filed_on=measure.filed_on)
        raise Refused("guarantee.action.before_filing", message, where="完成日期")
    doer = doers_of([action.pk], on=timezone.localdate()).get(action.pk, action.responsible)
    if by.pk != doer.pk and not _manages(by, measure, on):
        message = say("这一项由%(responsible)s负责，只有本人或部门经理可以办结。", responsible=doer.name)
        raise Refused("guarantee.action.not_yours", message)
    stands = MeasureAction.objects.select_for_update().filter(pk=action.pk).first()
    if stands is None:
        raise Refused("guarantee.action.gone", "处置措施刚刚重新填报过，这一项已经不在其中，请刷新后再看。")
    action = stands
    if action.done_on is not None:
        raise Refused("guarantee.action.done", "这一项 %(done_on)s 已办结。", done_on=action.done_on)
    facts = {"quarter": str(quarter_of(measure.quarter)), "action": action.text, "on": str(on)}
    act = verbs.act_on(verb="measures.finish", client=measure.client, actor=actor, door=door, facts=facts)
    key = f"{measure.client.id_no} {measure.quarter} {action.text}"
    record_changes(act=act, table="guarantee_measureaction", rows=[(key, {"done_on": None}, {"done_on": str(on)})])
    action.done_on = on
    action.save(update_fields=["done_on"])
    events.tell_action(action, done_on=on)
    return action


def _require_actions(actions: Sequence[Action], filed_on: date, done: Sequence[MeasureAction]) -> list[Action]:
    """The actions without blanks around their words; there is at least one, unless some are ``done`` already."""
    stripped = [Action(verbs.require_text(one.text, what="要办的事"), one.responsible, one.due_on) for one in actions]
    if not stripped and not done:
        raise Refused(
            "guarantee.measure.no_action", "请至少写明一件要办的事：谁、办什么、什么时候办完。", where="要办的事"
        )
    known = _keys_of_done(done)
    asked = [one for one in stripped if (one.text, one.responsible.pk, one.due_on) not in known]
    early = next((one for one in asked if one.due_on < filed_on), None)
    if early is not None:
        message = say(
            "“%(text)s”的完成期限 %(due_on)s 早于填报日期 %(filed_on)s，请核对。",
            text=early.text,
            due_on=early.due_on,
            filed_on=filed_on,
        )
        raise Refused("guarantee.action.due_before_filing", message, where="要办的事")
    return stripped


def _keys_of_done(actions: Iterable[MeasureAction]) -> set[tuple[str, int, date]]:
    """By what an action that is done is known when it is written again: what, who, until when."""
    return {(one.text, one.responsible_id, one.due_on) for one in actions if one.done_on is not None}


def _in_words(actions: Iterable[Action | MeasureAction]) -> list[str]:
    return sorted(f"{one.due_on} {one.responsible.staff_no} {one.text}" for one in actions)


def _manages(by: Staff, measure: Measure, on: date) -> bool:
    """Whether someone manages on a day the department that the client belonged to at the measure's quarter end."""
    posting = get_posting(staff=by, on=on)
    if posting is None or posting.post != Post.DEPARTMENT_MANAGER:
        return False
    voice = speaking(measure.client, on=measure.quarter).first()
    return voice is not None and voice.department_id == posting.department_id
