"""Telling checkers what waits for them, and makers what became of what they asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from baohou.core.sayings import listed, say
from baohou.kernel.approvals import kinds
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.notices.kinds import CHECK_WAITS, CHECKED
from baohou.kernel.notices.services import tell, tell_everyone
from baohou.kernel.people.models import Staff


def tell_of(proposal: Proposal, checkers: Sequence[Staff]) -> None:
    """Tell who may check a new proposal; tell its maker how it ended, but not of the maker's own withdrawal."""
    title = say(str(kinds.get(proposal.kind).title))
    url = reverse("approvals.one", args=[proposal.pk])
    who = listed(one.name for one in (proposal.about, proposal.party) if one is not None)
    what = say("%(kind)s：%(title)s", kind=title, title=proposal.title)
    if who:
        what = say("%(kind)s（%(who)s）：%(title)s", kind=title, who=who, title=proposal.title)
    if proposal.state == State.PENDING:
        tell_everyone(
            checkers,
            kind=CHECK_WAITS.code,
            key=f"approval:{proposal.pk}",
            title=say(
                "%(name)s提请，请复核：%(what)s",
                name=proposal.maker.name if proposal.maker else proposal.made_by,
                what=what,
            ),
            text=say("理由：%(because)s", because=proposal.because) if proposal.because else "",
            url=url,
            on=proposal.made_on,
        )
        return
    said = {
        State.APPROVED: say("您提请的事已批准并办理：%(what)s", what=what),
        State.REFUSED: say("您提请的事被退回：%(what)s", what=what),
        State.LAPSED: say("您提请的事没有办成，已失效：%(what)s", what=what),
    }.get(State(proposal.state))
    if said is None or proposal.maker is None:
        return
    tell(
        person=proposal.maker,
        kind=CHECKED.code,
        key=f"approval:{proposal.pk}:{proposal.state}",
        title=said,
        text=say("理由：%(because)s", because=proposal.reason) if proposal.reason else "",
        url=url,
        on=proposal.decided_on or proposal.made_on,
    )
