"""Proposals in words, for pages: what it is about, where the record is, what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.core.sayings import from_kept
from baohou.kernel.approvals import kinds
from baohou.kernel.approvals.kinds import Kind, Row
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.approvals.services import Asked

_TONES = {State.PENDING: "soon", State.APPROVED: "good", State.REFUSED: "late", State.LAPSED: "late"}


@dataclass(frozen=True)
class Shown:
    """A proposal as a page shows it; ``rows`` are what, before, after, and only on its own page."""

    proposal: Proposal
    kind: Kind
    rows: Sequence[Row] = ()

    @property
    def about(self) -> str:
        """The client and the person it concerns, by their present names."""
        of = self.proposal
        return " · ".join(one for one in (of.about.name if of.about else "", of.party.name if of.party else "") if one)

    @property
    def maker(self) -> str:
        return self.proposal.maker.name if self.proposal.maker else self.proposal.made_by

    @property
    def state_word(self) -> str:
        return str(State(self.proposal.state).label)

    @property
    def tone(self) -> str:
        return _TONES.get(State(self.proposal.state), "")

    @property
    def pending(self) -> bool:
        return self.proposal.state == State.PENDING

    @property
    def alone(self) -> bool:
        return self.proposal.state == State.ALONE

    @property
    def place(self) -> str:
        """The address of the record."""
        return self.kind.place(self.proposal.payload)

    @property
    def url(self) -> str:
        return reverse("approvals.one", args=[self.proposal.pk])


def show(proposal: Proposal) -> Shown:
    """A proposal with what it would change."""
    kind = kinds.get(proposal.kind)
    rows = kind.rows(proposal.payload) if kind.rows else [_read(row) for row in proposal.rows]
    return Shown(proposal, kind, rows)


def _read(row: Sequence[Any]) -> Row:
    what, before, after = (from_kept(said) for said in row)
    return what, before, after


def shown_list(proposals: Sequence[Proposal]) -> list[Shown]:
    """Proposals for a list."""
    return [Shown(one, kinds.get(one.kind)) for one in proposals]


def tell_asked(request: HttpRequest, asked: Asked, *, done: str) -> None:
    """Say on the next page whether the act waits, was done, or was done with nobody there to check it."""
    if asked.waits:
        said = _("已提请复核；批准之前记录保持原样，结果会通知您。")
        messages.success(request, said, extra_tags="ok")
    elif asked.proposal is not None:
        said = _("%(done)s现在没有别人能复核，已记为“无人可复核”。") % {"done": done}
        messages.warning(request, said, extra_tags="warn")
    else:
        messages.success(request, done, extra_tags="ok")
