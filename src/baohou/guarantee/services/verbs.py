"""What every verb of this room does around its own change: one transaction, one act, marks, and the plan made anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Min
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.lock import hold_off_steps
from baohou.day.queries import get_business_day
from baohou.guarantee.models import Guarantee
from baohou.guarantee.services.replan import replan_at_once
from baohou.guarantee.services.touch import touch
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import concern, record_act
from baohou.kernel.parties.models import Party
from baohou.kernel.rulebook.queries import get_rule_book


def act_on(
    *, verb: str, client: Party, actor: str, door: str, because: str = "", facts: dict[str, Any] | None = None
) -> Act:
    """Write down an act about a client."""
    told = {"client": client.id_no, **(facts or {})}
    act = record_act(verb=verb, door=door, by=actor, because=because, facts=told)
    concern(act, client=client.pk)
    return act


def settle(*, client: Party, since: date) -> None:
    """After a fact of a client was written: mark the client for the day, and make the plan anew as of the business day.

    ``since`` is the earliest date, old or new, of the fact. Verbs about one client follow one another here, so that the
    later one sees what the earlier one wrote.
    """
    settle_many(clients=[client.pk], since=since)


def settle_many(*, clients: Sequence[int], since: date) -> None:
    """``settle`` for some thousand clients at once: one plan for all of them."""
    touch([(client, since) for client in clients])
    wait_for_turn(clients)
    day = get_business_day()
    if day is not None:
        replan_at_once(clients, book=get_rule_book(), on=day)


def wait_for_turn(clients: Sequence[int]) -> None:
    """Wait until no other verb is at work on these clients, and keep others waiting until this transaction ends."""
    hold_off_steps()
    list(Party.objects.select_for_update().filter(pk__in=clients).order_by("pk").values_list("pk"))


def require_not_future(on: date, *, what: str, where: str) -> None:
    """Refuse a date that has not come yet."""
    today = timezone.localdate()
    if on > today:
        raise Refused(
            "guarantee.date.in_future",
            "%(what)s %(on)s 晚于今天（%(today)s），请核对。",
            where=where,
            what=say(what),
            on=on,
            today=today,
        )


def require_client_since(client: Party, on: date, *, what: str, where: str) -> None:
    """Refuse a date before the client's first guarantee."""
    first = Guarantee.objects.filter(client=client).aggregate(first=Min("issued_on"))["first"]
    if first is None:
        raise Refused("guarantee.client.no_guarantee", "%(client)s没有担保业务。", where="客户", client=client.name)
    if on < first:
        message = say(
            "%(what)s %(on)s 早于%(client)s首笔担保的起始日 %(first)s，请核对。",
            what=say(what),
            on=on,
            client=client.name,
            first=first,
        )
        raise Refused("guarantee.date.before_issue", message, where=where)


def require_text(text: str, *, what: str) -> str:
    """The text without blanks around it; refused when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise Refused("guarantee.text.missing", "请填写%(what)s。", where=what, what=say(what))
    return stripped
