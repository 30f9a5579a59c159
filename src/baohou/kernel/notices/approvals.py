"""Telling checkers what waits for them, and makers what became of what they asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from baohou.kernel.approvals import kinds
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.notices.kinds import CHECK_WAITS, CHECKED
from baohou.kernel.notices.services import tell, tell_everyone
from baohou.kernel.people.models import Staff

_SAID = {State.APPROVED: "已批准并办理", State.REFUSED: "被退回", State.LAPSED: "没有办成，已失效"}


def tell_of(proposal: Proposal, checkers: Sequence[Staff]) -> None:
    """Tell who may check a new proposal; tell its maker how it ended, but not of the maker's own withdrawal."""
    title = kinds.get(proposal.kind).title
    url = reverse("approvals.one", args=[proposal.pk])
    who = "、".join(one.name for one in (proposal.about, proposal.party) if one is not None)
    what = f"{title}{f'（{who}）' if who else ''}：{proposal.title}"
    if proposal.state == State.PENDING:
        tell_everyone(
            checkers,
            kind=CHECK_WAITS.code,
            key=f"approval:{proposal.pk}",
            title=f"{proposal.maker.name if proposal.maker else proposal.made_by}提请，请复核：{what}",
            text=f"理由：{proposal.because}" if proposal.because else "",
            url=url,
            on=proposal.made_on,
        )
        return
    said = _SAID.get(State(proposal.state))
    if said is None or proposal.maker is None:
        return
    tell(
        person=proposal.maker,
        kind=CHECKED.code,
        key=f"approval:{proposal.pk}:{proposal.state}",
        title=f"您提请的事{said}：{what}",
        text=f"理由：{proposal.reason}" if proposal.reason else "",
        url=url,
        on=proposal.decided_on or proposal.made_on,
    )
