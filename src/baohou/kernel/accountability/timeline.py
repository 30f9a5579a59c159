"""The whole story of one penalty as one line of time: duty, deadline, booking, appeal, decision, waiver, reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from baohou.kernel.accountability.appeals import PAPER
from baohou.kernel.accountability.ledger import Story
from baohou.kernel.accountability.models import Appeal, EntryKind
from baohou.kernel.duties.evidence import recorded_after_the_due_day
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Attachment
from baohou.kernel.people.access import Person, Right
from baohou.kernel.rulebook.models import Clause

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One thing that happened: ``of`` is its row; ``net_fen`` is what was left after an entry, else None.

    ``decided``: a waiver that a decision on an appeal granted, whose reason stands there. ``recorded_on``: the day on
    which a duty done in time was recorded, when its due day had passed by then.
    """

    on: date
    kind: str
    of: Any
    at: datetime = _BEFORE_ALL
    net_fen: int | None = None
    files: tuple[Attachment, ...] = ()
    decided: bool = False
    recorded_on: date | None = None

    @property
    def late(self) -> bool:
        """Whether the duty was done after its last day."""
        return self.kind == "done" and self.of.done_on > self.of.due_on


@dataclass(frozen=True)
class Told:
    """A story with all around it: what happened in order, the clauses it rests on, the duty while it is owed."""

    story: Story
    events: list[Event]
    clauses: list[Clause]
    duty_stands: bool
    open_appeal: Appeal | None

    @property
    def recorded_late_on(self) -> date | None:
        """The day on which the duty was recorded as done in time, when that was after its due day."""
        return next((event.recorded_on for event in self.events if event.recorded_on is not None), None)


@dataclass(frozen=True)
class Allowed:
    """What someone may do about a story: appeal, withdraw, decide, waive, reverse, close an appeal that is void."""

    appeal: bool
    withdraw: bool
    decide: bool
    waive: bool
    reverse: bool
    close: bool


def tell(story: Story) -> Told:
    """The story of find_story with its duty, appeals, files and clauses. Five queries more."""
    first = story.first
    duty = Duty.objects.filter(key=first.duty_key).first()
    appeals = list(
        Appeal.objects.filter(duty_key=first.duty_key, staff_id=first.staff_id)
        .select_related("staff", "act", "decision__by", "decision__act")
        .order_by("pk")
    )
    events = [Event(first.opens_on, "opened", first), Event(first.due_on, "due", first)]
    if duty is not None and duty.done_on is not None:
        events.append(Event(duty.done_on, "done", duty, recorded_on=recorded_after_the_due_day(duty)))
    granted = {appeal.decision.waiver_id for appeal in appeals if appeal.closed_on is not None}
    events += _booked(story, granted)
    events += _appealed(appeals)
    events.sort(key=lambda event: (event.on, event.at))
    waiting = next((appeal for appeal in appeals if appeal.closed_on is None), None)
    return Told(story, events, _clauses(story), duty is not None, waiting)


def allowed(person: Person, told: Told) -> Allowed:
    """What the person may do: one's own penalty is appealed against, another's is decided on or waived."""
    left, waiting = told.story.net_fen > 0, told.open_appeal is not None
    own = told.story.first.staff_id == person.staff_id
    decides = person.may(Right.WAIVE) and not own
    return Allowed(
        appeal=own and left and not waiting,
        withdraw=own and left and waiting,
        decide=decides and left and waiting,
        waive=decides and left and not waiting,
        reverse=decides and left and not waiting,
        close=(own or decides) and waiting and not left,
    )


def _booked(story: Story, granted: set[int | None]) -> list[Event]:
    events, net = [], 0
    for entry in story.entries:
        net += entry.amount_fen
        kind = EntryKind(entry.kind).name.lower()
        events.append(Event(entry.dated, kind, entry, entry.recorded_at, net, decided=entry.pk in granted))
    return events


def _appealed(appeals: list[Appeal]) -> list[Event]:
    attached: dict[int, list[Attachment]] = {}
    wanted = Attachment.objects.filter(kind=PAPER, subject_id__in=[appeal.pk for appeal in appeals])
    for file in wanted.select_related("file").order_by("pk") if appeals else ():
        attached.setdefault(file.subject_id, []).append(file)
    events = []
    for appeal in appeals:
        files = tuple(attached.get(appeal.pk, ()))
        events.append(Event(appeal.filed_on, "appeal", appeal, appeal.act.at, files=files))
        if appeal.closed_on is not None:
            decision = appeal.decision
            events.append(Event(decision.on, "decision", decision, decision.act.at))
    return events


def _clauses(story: Story) -> list[Clause]:
    """The clauses of the story's entries as their versions say them, each once."""
    wanted = {(entry.version_id, entry.clause) for entry in story.entries}
    found = Clause.objects.filter(
        version_id__in={version for version, _ in wanted}, code__in={code for _, code in wanted}
    ).select_related("version__rule_set")
    return [clause for clause in found.order_by("version_id", "position") if (clause.version_id, clause.code) in wanted]
