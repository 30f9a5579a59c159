"""How penalties, appeals and statements read in the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from baohou.kernel.accountability.api_story import SaidClauseOut, StoryEventOut
from baohou.kernel.accountability.ledger import Filters
from baohou.kernel.accountability.models import EntryKind
from baohou.kernel.api.approvals import PendingOut
from baohou.kernel.api.schemas import Day, In, MonthName, Number, Out, Ref, Text, Word

KindCode = Literal["penalty", "reversal", "waiver"]
Fen = Annotated[int, Field(ge=1, le=10**12)]


class EntryOut(Out):
    """One entry of the ledger; reversals and waivers are negative."""

    id: int
    kind: KindCode
    amount_fen: int
    dated: date
    clause: str
    because: str


class StoryOut(Out):
    """All entries about one duty and one person, what is left of them, and what waits for a second pair of eyes."""

    duty: int
    duty_word: str
    staff: Ref | None
    department: Ref | None
    client: Ref | None
    due_on: date
    net_fen: int
    appealed: bool
    pending: list[PendingOut]
    entries: list[EntryOut]


class AllowedOut(Out):
    """What the caller may do about it."""

    appeal: bool
    withdraw: bool
    decide: bool
    waive: bool
    reverse: bool
    close: bool


class OneStoryOut(StoryOut):
    """A story: what happened in order, the clauses it rests on, the open appeal and what may be done."""

    open_appeal: int | None
    duty_stands: bool = Field(description="按现在的数据，这件事仍在应办之列")
    events: list[StoryEventOut]
    clauses: list[SaidClauseOut]
    recorded_late_on: date | None = Field(description="补录：按时办结是这一天才录入的，那时期限已过；不是补录的没有")
    may: AllowedOut


class TotalsOut(Out):
    """Sums in fen."""

    penalties: int
    penalties_fen: int
    reversals_fen: int
    waivers_fen: int
    net_fen: int


class LedgerQuery(In):
    """The same filters as the page's."""

    whose: Literal["", "mine"] = ""
    department: Number | None = None
    kind: KindCode | None = None
    month: MonthName | None = None
    staff: Word = ""
    appealed: bool = False

    def filters(self) -> Filters:
        """As the list wants them."""
        return Filters(
            mine=self.whose == "mine",
            department_id=self.department,
            kind=EntryKind[self.kind.upper()] if self.kind else None,
            month=date.fromisoformat(f"{self.month}-01") if self.month else None,
            staff_no=self.staff.strip(),
            appealed=self.appealed,
        )


class ReversalIn(In):
    """Why a penalty ought not to have been booked."""

    because: Text


class WaiverIn(In):
    """What is waived, and why."""

    amount_fen: Fen
    because: Text


class AppealIn(In):
    """Why one appeals."""

    text: Text


class DecisionIn(In):
    """A verdict; ``amount_fen`` counts for reduced only."""

    verdict: Literal["upheld", "reduced", "cancelled"]
    amount_fen: Annotated[int, Field(ge=0, le=10**12)] = 0
    because: Text


class AppealOut(Out):
    """An appeal, and how it ended."""

    id: int
    duty: int
    staff: Ref | None
    text: str
    filed_on: date
    closed_on: date | None
    verdict: str | None
    because: str
    files: list[Ref]


class StatementLineOut(Out):
    """A person's month."""

    staff: Ref | None
    department: str
    opening_fen: int
    totals: TotalsOut
    balance_fen: int


class StatementOut(Out):
    """A month's statement."""

    month: date
    last: date
    people: int
    totals: TotalsOut
    items: list[StatementLineOut]
    next: str | None


class PersonalOut(Out):
    """One person's month, entry by entry."""

    line: StatementLineOut
    entries: list[EntryOut]


class GoLiveIn(In):
    """The day of going live (null: nothing due before any day is left out); once penalties are booked with a reason."""

    on: Day | None
    because: Text = ""


class GoLiveOut(Out):
    """The day of going live."""

    on: date | None
