"""How this room's facts read in answers, and what its words are called in requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from baohou.guarantee.models import FilingStep
from baohou.guarantee.queries.pages.duties import DutyRow
from baohou.guarantee.rules.appointments import Appointment, Channel
from baohou.guarantee.rules.words import FilingVerb, Grade
from baohou.kernel.api.schemas import Day, In, Out, Ref, Word
from baohou.kernel.people.models import Staff

GradeCode = Literal["good", "normal", "watch", "risk"]
VisitKindCode = Literal["routine", "regular", "special"]
UrgencyCode = Literal["urgent", "high", "normal"]
MediumCode = Literal["paper", "electronic"]
FilingCode = Literal["classification_report", "visit_plan", "hand_over"]
ChannelCode = Literal["phone", "message", "in_person", "letter"]
Seen = Annotated[int, Field(ge=0, le=2**63 - 1)]
StateCode = Literal["done", "late", "overdue", "open", "lapsed"]


class PersonOut(Out):
    """A member of staff."""

    id: int
    staff_no: str
    name: str


class AppointmentOut(Out):
    """How a visit was arranged with the client."""

    arranged_on: date
    contact: str
    channel: ChannelCode


class AppointmentIn(In):
    """How a visit was arranged with the client (GPM.5)."""

    arranged_on: Day
    contact: Annotated[Word, Field(min_length=1, max_length=64)]
    channel: ChannelCode

    def made(self) -> Appointment:
        """As the verbs want it."""
        channel = Channel.read(self.channel)
        assert channel is not None, "every code of the shape is a word"
        return Appointment(self.arranged_on, self.contact, channel)


class DutyOut(Out):
    """A duty as seen on the business day. ``key`` never changes; it may exceed 2^53."""

    key: int
    kind: str
    clause: str
    state: StateCode
    client: Ref | None
    guarantee_id: int | None
    project_no: str
    department: Ref | None
    owner: Ref | None
    opens_on: date
    due_on: date
    done_on: date | None
    lapsed_on: date | None
    planned_on: date | None


class StepOut(Out):
    """What happened to a report on its way between department and risk department."""

    id: int
    verb: str
    on: date
    by: PersonOut
    because: str


class Done(Out):
    """How many rows a write changed."""

    changed: int


class FileOut(Out):
    """A file that is kept."""

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    taken_at: datetime | None = None


def person(staff: Staff) -> PersonOut:
    return PersonOut(id=staff.pk, staff_no=staff.staff_no, name=staff.name)


def person_or_none(staff: Staff | None) -> PersonOut | None:
    return person(staff) if staff is not None else None


def duty(row: DutyRow) -> DutyOut:
    """A duty of a list."""
    return DutyOut(
        key=row.key,
        kind=row.kind.code,
        clause=row.clause,
        state=row.state,  # type: ignore[arg-type]
        client=_named(row.client_id, row.client_name),
        guarantee_id=row.guarantee_id,
        project_no=row.project_no,
        department=_named(row.department_id, row.department),
        owner=_named(row.owner_id, row.owner),
        opens_on=row.opens_on,
        due_on=row.due_on,
        done_on=row.done_on,
        lapsed_on=row.lapsed_on,
        planned_on=row.planned_on,
    )


def step(one: FilingStep) -> StepOut:
    return StepOut(id=one.pk, verb=FilingVerb(one.verb).code, on=one.on, by=person(one.by), because=one.because)


def file(attachment: Any) -> FileOut:
    """A file that is attached to a paper."""
    kept = attachment.file
    return FileOut(
        id=attachment.pk,
        name=attachment.name,
        content_type=kept.content_type,
        size=kept.size,
        sha256=kept.sha256,
        taken_at=attachment.taken_at,
    )


def code(grade: Grade | None) -> Any:
    """A grade's code; None for none."""
    return grade.code if grade is not None else None


def word(kind: Any, said: str | None) -> Any:
    """The word of a code; None for none."""
    return kind.read(said) if said else None


def _named(number: int | None, name: str) -> Ref | None:
    return Ref(id=number, name=name) if number is not None else None


def appointment(made: Appointment | None) -> AppointmentOut | None:
    """How a visit was arranged; None when it was not."""
    return AppointmentOut(**made.told()) if made else None  # type: ignore[arg-type]
