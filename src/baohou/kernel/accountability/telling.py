"""What people are told of penalties and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Count, Max, Q, Sum
from django.urls import reverse

from baohou.core.money import format_yuan
from baohou.core.sayings import FURTHER, listed, say
from baohou.kernel.accountability import events
from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, EntryKind, Verdict
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.models import ToldUpTo
from baohou.kernel.notices.services import Telling, tell, tell_everyone, tell_many
from baohou.kernel.people.access import REACH, RIGHTS, Reach, Right
from baohou.kernel.people.directory import list_in_service
from baohou.kernel.people.models import Staff

FILED: Final = NoticeKind("appeal.filed", "有申诉等我裁定")
DECIDED: Final = NoticeKind("appeal.decided", "我的申诉已裁定")
POSTED: Final = NoticeKind("penalty.posted", "处罚或冲回记到我名下")
KINDS: Final = (FILED, DECIDED, POSTED)
_LEDGER: Final = "accountability_entry"
_PENALTIES: Final = "/penalties/"
"""Written out: the day would load every page, and the API, to look up this one address."""
_JUDGES: Final = frozenset(
    post for post, rights in RIGHTS.items() if Right.WAIVE in rights and REACH[post] is Reach.ALL
)


def tell_filed(appeal: Appeal) -> None:
    """Tell those who may decide an appeal, but for the one who appeals."""
    held = list_in_service(on=appeal.filed_on, posts=_JUDGES)
    tell_everyone(
        [posting.staff for posting in held if posting.staff_id != appeal.staff_id],
        kind=FILED.code,
        key=f"appeal:{appeal.pk}",
        title=say("%(name)s提出申诉，请裁定", name=appeal.staff.name),
        text=appeal.text,
        url=reverse("appeals.decide", args=[appeal.pk]),
        on=appeal.filed_on,
    )


def tell_decided(decision: AppealDecision) -> None:
    """Tell who appealed how it ended; of a withdrawal nobody, for it was the person's own act."""
    verdict = Verdict(decision.verdict)
    if verdict is Verdict.WITHDRAWN:
        return
    how = say(str(verdict.label))
    title = say("您的申诉已裁定：%(how)s", how=how)
    if decision.amount_fen:
        title = say("您的申诉已裁定：%(how)s，减免 %(yuan)s 元", how=how, yuan=format_yuan(decision.amount_fen))
    tell(
        person=decision.appeal.staff,
        kind=DECIDED.code,
        key=f"appeal:{decision.appeal_id}:decided",
        title=title,
        text=say("理由：%(because)s", because=decision.because) if decision.because else "",
        url=reverse("penalties.story", args=[decision.appeal.duty_key, decision.appeal.staff_id]),
        on=decision.on,
    )


def tell_posted(*, on: date) -> int:
    """Tell each person once of what was booked since people were told last; how many rows that was.

    The first time nobody is told: what stands then is history. Rows that are written stay, and their numbers grow.
    """
    last = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    mark, made = ToldUpTo.objects.get_or_create(name=_LEDGER, defaults={"row": last})
    if made or mark.row == last:
        return 0
    fresh = Entry.objects.filter(pk__gt=mark.row, pk__lte=last).exclude(kind=EntryKind.WAIVER)
    events.tell_entries(fresh, on=on)
    penalty = Q(kind=EntryKind.PENALTY)
    sums = list(
        fresh.order_by()
        .values("staff")
        .annotate(
            penalties=Count("pk", filter=penalty),
            fen=Sum("amount_fen", filter=penalty, default=0),
            reversals=Count("pk", filter=~penalty),
            back_fen=Sum("amount_fen", filter=~penalty, default=0),
        )
    )
    people = Staff.objects.in_bulk([row["staff"] for row in sums])
    tell_many([_posted(people[row["staff"]], row, on, last) for row in sums], on=on)
    ToldUpTo.objects.filter(name=_LEDGER).update(row=last)
    return sum(row["penalties"] + row["reversals"] for row in sums)


def _posted(person: Staff, row: Mapping[str, Any], on: date, last: int) -> Telling:
    said = []
    if row["penalties"]:
        yuan = format_yuan(row["fen"])
        said.append(say("处罚 %(n)s 笔，共 %(yuan)s 元", n=row["penalties"], yuan=yuan))
    if row["reversals"]:
        yuan = format_yuan(-row["back_fen"])
        said.append(say("冲回 %(n)s 笔，共 %(yuan)s 元", n=row["reversals"], yuan=yuan))
    text = say("有不同意见可以申诉。") if row["penalties"] else ""
    title = say("记到您名下：%(what)s", what=listed(said, FURTHER))
    return Telling(person, POSTED.code, f"entries:{last}", title, text, _PENALTIES)
