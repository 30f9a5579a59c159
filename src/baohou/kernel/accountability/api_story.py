"""How the whole story of a penalty reads in the API: what happened in order, and the clauses it rests on."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, Verdict
from baohou.kernel.accountability.timeline import Event, Told
from baohou.kernel.api.schemas import Out, Ref

EventCode = Literal["opened", "due", "done", "penalty", "reversal", "waiver", "appeal", "decision"]


class StoryEventOut(Out):
    """One thing that happened; what does not belong to its kind is empty.

    ``by``: whose duty it is, whose act the entry was (with ``checked_by``), who appealed or decided. ``net_fen``: what
    was left after an entry. ``decided``: a waiver that a decision granted. ``recorded_on``: the day on which a duty
    done in time was recorded, when its due day had passed by then.
    """

    on: date
    kind: EventCode
    by: str
    checked_by: str
    because: str
    amount_fen: int | None
    net_fen: int | None
    clause: str
    version: str
    appeal: int | None
    verdict: str | None
    files: list[Ref]
    decided: bool
    late: bool
    recorded_on: date | None


class SaidClauseOut(Out):
    """A clause as the version says it that the story rests on."""

    code: str
    title: str
    text: str
    reference: str
    rule_set: str
    version: Ref


def events_of(told: Told) -> list[StoryEventOut]:
    """What happened, the first first."""
    return [_event(event) for event in told.events]


def clauses_of(told: Told) -> list[SaidClauseOut]:
    """The clauses of the story's entries, each once."""
    return [
        SaidClauseOut(
            code=clause.code,
            title=clause.title,
            text=clause.text,
            reference=clause.reference,
            rule_set=clause.version.rule_set.title,
            version=Ref(id=clause.version_id, name=clause.version.name),
        )
        for clause in told.clauses
    ]


def _event(event: Event) -> StoryEventOut:
    told: dict[str, Any] = {
        "by": "",
        "checked_by": "",
        "because": "",
        "amount_fen": None,
        "clause": "",
        "version": "",
        "appeal": None,
        "verdict": None,
    }
    of = event.of
    if event.kind == "opened":
        told["by"] = of.staff.name
    elif isinstance(of, Entry) and event.kind != "due":
        told |= _entry(of)
    elif isinstance(of, Appeal):
        told |= {"by": of.staff.name, "because": of.text, "appeal": of.pk}
    elif isinstance(of, AppealDecision):
        told |= {"by": of.by.name, "because": of.because, "amount_fen": of.amount_fen, "appeal": of.appeal_id}
        told["verdict"] = Verdict(of.verdict).name.lower()
    return StoryEventOut(
        on=event.on,
        kind=event.kind,  # type: ignore[arg-type]
        **told,
        net_fen=event.net_fen,
        files=[Ref(id=file.pk, name=file.name) for file in event.files],
        decided=event.decided,
        late=event.late,
        recorded_on=event.recorded_on,
    )


def _entry(entry: Entry) -> dict[str, Any]:
    act = entry.act
    return {
        "by": act.by if act else "",
        "checked_by": act.facts.get("checked_by", "") if act else "",
        "because": entry.because,
        "amount_fen": entry.amount_fen,
        "clause": entry.clause,
        "version": entry.version.name,
    }
