"""The list of a hand-over of work, as it is printed and signed."""

from __future__ import annotations

from dataclasses import dataclass

from baohou.guarantee.models import MoveSigner, WorkMove
from baohou.guarantee.rules.words import DutyKind
from baohou.guarantee.services.moves import PAPER
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Signature
from baohou.kernel.papers.printing import Paper


@dataclass(frozen=True)
class Place:
    """Where someone signs, and the signature when it is there."""

    signer: MoveSigner
    signature: Signature | None


def list_signatures(move: WorkMove) -> list[Place]:
    """Everyone who has to sign, in the order of the list. Two queries."""
    given = {one.role: one for one in records.list_signatures(kind=PAPER, subject_id=move.pk)}
    return [Place(one, given.get(one.role)) for one in move.signers.select_related("staff").order_by("pk")]


def list_paper(move: WorkMove) -> Paper:
    """The list: guarantees with their managers before and after, open duties, signatures or empty places for them."""
    people = ("was_a", "was_b", "now_a", "now_b")
    seal = records.find_seal(kind=PAPER, subject_id=move.pk)
    context = {
        "move": move,
        "guarantees": move.guarantees.select_related("guarantee__client", *people).order_by("guarantee__project_no"),
        "duties": [
            (DutyKind(row.kind).zh, row)
            for row in move.duties.select_related("owner", "to").order_by("due_on", "duty_key")
        ],
        "actions": list(move.actions.select_related("owner", "to").order_by("due_on", "action")),
        "drafts": list(move.drafts.select_related("owner", "to").order_by("begun_at", "pk")),
        "places": list_signatures(move),
        "seal": seal,
    }
    return Paper("guarantee/exports/work_move.html", context, f"{move.staff.name}")
