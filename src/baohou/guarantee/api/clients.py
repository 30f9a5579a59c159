"""Clients, their guarantees and their grades."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Status
from pydantic import Field

from baohou.core.masking import mask
from baohou.guarantee.api.shapes import (
    DutyOut,
    GradeCode,
    PersonOut,
    Seen,
    UrgencyCode,
    code,
    duty,
    person,
    person_or_none,
)
from baohou.guarantee.api.shapes import word as read
from baohou.guarantee.models import GradeChange, SpecialOrder
from baohou.guarantee.queries.pages.clients import Filters, list_clients
from baohou.guarantee.queries.pages.glance import Glance, Held, get_glance, list_orders
from baohou.guarantee.queries.pending import pending_grades
from baohou.guarantee.rules.words import Grade, Urgency
from baohou.guarantee.services import orders
from baohou.guarantee.services.checked_grades import ask_grade
from baohou.guarantee.views.guards import client_for
from baohou.kernel.api.approvals import PendingOut, ProposalOut, accepted, waiting
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Ref, Sums, Text, Word, ref
from baohou.kernel.parties.industries import UNKNOWN, Industry
from baohou.kernel.parties.services import reveal
from baohou.kernel.people.access import Right

room = Room("客户")
NOT_SAID = "-"


class ClientOut(Out):
    """A client on the list; amounts in fen by currency, ``id_no`` with its middle hidden."""

    id: int
    name: str
    id_no: str
    grade: GradeCode | None
    grade_is_default: bool
    department: str
    manager: str
    amounts_fen: Sums
    guarantees: int
    last_visit: date | None
    next_due: date | None
    pending: list[PendingOut]


class GuaranteeOut(Out):
    """A guarantee with its managers as of the business day."""

    id: int
    project_no: str
    department: Ref | None
    manager_a: PersonOut
    manager_b: PersonOut | None
    product: str
    bank: str
    amount_fen: int
    currency: str
    issued_on: date
    ends_on: date | None
    released_on: date | None
    in_force: bool


class OneClientOut(Out):
    """A client with its guarantees and what is owed; ``id_no`` with its middle hidden."""

    id: int
    name: str
    id_no: str
    grade: GradeCode | None
    graded_on: date | None
    amounts_fen: Sums
    guarantees: list[GuaranteeOut]
    owed: list[DutyOut]
    overdue: int
    pending: list[PendingOut]


class GradeIn(In):
    """A new grade from a day on (PGM.7); ``seen`` is that of the grade of that day which it replaces."""

    grade: GradeCode
    effective_on: Day
    because: Text
    seen: Seen = 0


class GradeOut(Out):
    """A grade given; ``seen`` goes back with one that replaces it, so that nobody overwrites what was not seen."""

    client_id: int
    grade: GradeCode
    effective_on: date
    because: str
    by: PersonOut
    seen: int


class RevealIn(In):
    """Why the whole number is wanted; it is written down."""

    because: str


class IdentityOut(Out):
    """A whole identity number."""

    id_no: str


class OrderIn(In):
    """A special visit ordered (PGM.5)."""

    urgency: UrgencyCode
    ordered_on: Day
    because: Text


class OrderOut(Out):
    """A special visit that was ordered."""

    id: int
    client_id: int
    urgency: UrgencyCode
    ordered_on: date
    because: str
    by: PersonOut


class ClientQuery(In):
    """The same filters as the page's; ``-`` asks for those of whom nothing is said."""

    q: Word = Field(
        "", description="名称的一部分，拼音首字母、项目编号的开头，或证件号码（有 see_identity 的可只写开头）"
    )
    grade: GradeCode | None = None
    department: Number | None = None
    manager: Number | None = None
    released: bool = False
    product: Word | None = None
    bank: Word | None = None
    industry: Word | None = None
    measure: Literal["filed", "missing"] | None = None
    on: Day | None = None

    def filters(self) -> Filters:
        """As the list wants them."""
        known = Industry.names
        industry = None if not self.industry else Industry[self.industry].value if self.industry in known else UNKNOWN
        return Filters(
            words=self.q.strip(),
            grade=read(Grade, self.grade),
            department_id=self.department,
            manager_id=self.manager,
            with_released=self.released,
            product=_said(self.product),
            bank=_said(self.bank),
            industry=industry,
            measure={"filed": True, "missing": False}.get(self.measure or ""),
        )


@room.reads("/clients", Page[ClientOut])
def list_all(
    request: Call, asked: Annotated[ClientQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[ClientOut]:
    """在保客户，按名称拼音排列。"""
    on = min(asked.on, request.today) if asked.on else request.today
    page = list_clients(
        request.person, on=on, filters=asked.filters(), after=opened(request, cursor), most=limit, counted=False
    )
    items = [
        ClientOut(
            id=row.id,
            name=row.name,
            id_no=mask(row.id_no),
            grade=code(row.grade),
            grade_is_default=row.grade_is_default,
            department=row.department,
            manager=row.manager,
            amounts_fen=row.amounts,
            guarantees=row.guarantees,
            last_visit=row.last_visit,
            next_due=row.next_due,
            pending=waiting(row.pending),
        )
        for row in page.rows
    ]
    return Page[ClientOut](items=items, next=sealed(request, page.after))


@room.reads("/clients/{client}", OneClientOut)
def one(request: Call, client: Pk) -> OneClientOut:
    """一个客户：在保业务、分类、未办事项。"""
    return _client(get_glance(client_for(request, client), on=request.today))


@room.reads("/clients/{client}/guarantees", list[GuaranteeOut])
def guarantees(request: Call, client: Pk) -> list[GuaranteeOut]:
    """客户的担保业务，新的在前。"""
    return [_guarantee(held) for held in get_glance(client_for(request, client), on=request.today).held]


@room.reads("/clients/{client}/grades", Page[GradeOut])
def list_grades(request: Call, client: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[GradeOut]:
    """客户历次分类，新的在前。"""
    given = client_for(request, client).grade_changes.filter(effective_on__lte=request.today).select_related("by")
    if before := opened(request, cursor):
        given = given.filter(effective_on__lt=date.fromisoformat(before))
    rows = list(given.order_by("-effective_on")[: limit + 1])
    last = rows[limit - 1].effective_on.isoformat() if len(rows) > limit else None
    return Page[GradeOut](items=[_grade(change) for change in rows[:limit]], next=sealed(request, last))


@room.writes("/clients/{client}/grades", GradeOut, right=Right.CHANGE_GRADE, status=201, waits=ProposalOut)
def change_grade(request: Call, client: Pk, body: GradeIn) -> Status[Any]:
    """调整分类，由此产生的回访马上重排；调入调出风险类的答 202 和提请的事，批准后才调整。"""
    asked = ask_grade(
        client=client_for(request, client),
        grade=Grade.read(body.grade) or Grade.NORMAL,
        effective_on=body.effective_on,
        because=body.because,
        by=request.person,
        staff=person_of(request),
        on=request.today,
        door=DOOR,
        seen=body.seen,
    )
    return accepted(request, asked) or Status(201, _grade(asked.result))


@room.writes("/clients/{client}/identity", IdentityOut, right=Right.SEE_IDENTITY, secret=True)
def identity(request: Call, client: Pk, body: RevealIn) -> IdentityOut:
    """看完整的证件号码；谁、为什么看，都记下。"""
    party = client_for(request, client)
    return IdentityOut(id_no=reveal(party=party, because=body.because, actor=request.person.actor, door=DOOR))


@room.reads("/clients/{client}/special-orders", Page[OrderOut])
def special_orders(request: Call, client: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[OrderOut]:
    """下达过的特别回访，新的在前。"""
    of, after = client_for(request, client), opened(request, cursor)
    before = date.fromisoformat(after) if after else None
    found, more = list_orders(of, on=request.today, before=before, most=limit)
    return Page[OrderOut](items=[_order(one) for one in found], next=sealed(request, str(more or "")))


@room.writes("/clients/{client}/special-orders", OrderOut, right=Right.ORDER_SPECIAL, status=201)
def order_special(request: Call, client: Pk, body: OrderIn) -> Status[OrderOut]:
    """下达特别回访。"""
    order = orders.order_special(
        client=client_for(request, client),
        ordered_on=body.ordered_on,
        urgency=Urgency.read(body.urgency) or Urgency.NORMAL,
        because=body.because,
        by=person_of(request),
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _order(order))


def _order(order: SpecialOrder) -> OrderOut:
    return OrderOut(
        id=order.pk,
        client_id=order.client_id,
        urgency=Urgency(order.urgency).code,  # type: ignore[arg-type]
        ordered_on=order.ordered_on,
        because=order.because,
        by=person(order.by),
    )


def _said(text: str | None) -> str | None:
    return "" if text == NOT_SAID else text or None


def _grade(given: GradeChange) -> GradeOut:
    return GradeOut(
        client_id=given.client_id,
        grade=Grade(given.grade).code,  # type: ignore[arg-type]
        effective_on=given.effective_on,
        because=given.because,
        by=person(given.by),
        seen=given.act_id or 0,
    )


def _client(glance: Glance) -> OneClientOut:
    return OneClientOut(
        id=glance.client.pk,
        name=glance.client.name,
        id_no=mask(glance.client.id_no),
        grade=code(glance.grade),
        graded_on=glance.graded.effective_on if glance.graded else None,
        amounts_fen=glance.amounts,
        guarantees=[_guarantee(held) for held in glance.held],
        owed=[duty(row) for row in glance.owed],
        overdue=glance.overdue,
        pending=waiting(pending_grades([glance.client.pk]).get(glance.client.pk, ())),
    )


def _guarantee(held: Held) -> GuaranteeOut:
    one = held.guarantee
    return GuaranteeOut(
        id=one.pk,
        project_no=one.project_no,
        department=ref(one.department),
        manager_a=person(held.manager_a),
        manager_b=person_or_none(held.manager_b),
        product=one.product,
        bank=one.bank,
        amount_fen=one.amount_fen,
        currency=one.currency,
        issued_on=one.issued_on,
        ends_on=one.ends_on,
        released_on=one.released_on if not held.in_force else None,
        in_force=held.in_force,
    )
