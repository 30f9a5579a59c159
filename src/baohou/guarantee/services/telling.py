"""What people are told of reports, hand-overs of work and duties that became late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.urls import reverse

from baohou.core.period import quarter_of
from baohou.guarantee.models import FilingStep, WorkMove
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.services import tell_everyone
from baohou.kernel.people.access import RIGHTS, Right
from baohou.kernel.people.directory import list_in_service
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.queries import list_holders

HANDED_IN: Final = NoticeKind("report.handed_in", "部门上报，等我接收")
RETURNED: Final = NoticeKind("report.returned", "上报被退回")
ACCEPTED: Final = NoticeKind("report.accepted", "上报已接收")
LATE: Final = NoticeKind("duty.late", "我的事项逾期")
TO_SIGN: Final = NoticeKind("move.to_sign", "移交清单等我签字")
KINDS: Final = (HANDED_IN, RETURNED, ACCEPTED, LATE, TO_SIGN)
_REVIEWERS: Final = frozenset(post for post, rights in RIGHTS.items() if Right.REVIEW_REPORT in rights)


def tell_step(step: FilingStep) -> None:
    """Tell the risk department that something was handed in; the department that it was accepted or returned.

    Nobody is told of an act of his or her own.
    """
    filing, verb = step.filing, FilingVerb(step.verb)
    what = f"{filing.department.name} {quarter_of(filing.quarter)} {FilingKind(filing.kind).zh}"
    if verb is FilingVerb.HANDED_IN:
        kind, title, text = HANDED_IN, f"{what}已上报，请接收", f"{step.by.name}上报。"
        people = [posting.staff for posting in list_in_service(on=step.on, posts=_REVIEWERS)]
    else:
        people = list_holders(post=Post.DEPARTMENT_MANAGER, on=step.on, department=filing.department)
        handed_in = filing.steps.filter(verb=FilingVerb.HANDED_IN).select_related("by").order_by("-pk").first()
        people += [handed_in.by] if handed_in else []
        if verb is FilingVerb.RETURNED:
            kind, title, text = RETURNED, f"{what}被退回，请改好重报", f"{step.by.name}退回，理由：{step.because}"
        else:
            kind, title, text = ACCEPTED, f"{what}已接收", f"{step.by.name}接收。"
    tell_everyone(
        [person for person in people if person.pk != step.by_id],
        kind=kind.code,
        key=f"filing:{step.pk}",
        title=title,
        text=text,
        url=reverse("reports.department", args=[str(quarter_of(filing.quarter)), filing.department_id]),
        on=step.on,
    )


def tell_signers(move: WorkMove, signers: Sequence[Staff]) -> None:
    """Tell those who have to sign the list of a hand-over."""
    tell_everyone(
        signers,
        kind=TO_SIGN.code,
        key=f"move:{move.pk}",
        title=f"{move.staff.name}的工作移交清单等您签字",
        text=f"自 {move.effective_on} 起移交，原因：{move.because}",
        url=reverse("moves.one", args=[move.pk]),
        on=move.decided_on,
    )
