"""A natural person who was graded, planned for, visited and archived in 2026, as the papers stand ten years later."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from bench import answers
from django.contrib.auth.models import User

from baohou.core.period import Quarter
from baohou.guarantee.models import Guarantee, HandOver, Visit
from baohou.guarantee.queries.grading import get_table
from baohou.guarantee.queries.plans import get_plan
from baohou.guarantee.rules.words import FilingKind, Grade, VisitKind
from baohou.guarantee.services import hand_over_receipts, hand_overs, plans, proposals, reports, submissions
from baohou.guarantee.services.submissions import Report
from baohou.guarantee.services.tables import Signing
from baohou.kernel.audit import chain
from baohou.kernel.audit.proofs import Asked, Found, carry_out, list_proofs
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Volume
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, find_person
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio, TakeIn
from tests.guarantee.handing import CABINET, NINTH, TENTH, give_all, receive_all, told_by
from tests.guarantee.papers import photo

THIRD, FOURTH = Quarter(2026, 3), Quarter(2026, 4)
PERSON, NAME = "330106199003071236", "林小满"
RELEASED = date(2026, 10, 15)
OVER = date(2037, 1, 4)
"""The volume was to be kept through 2036-12-31, the table through 2036-09-30, the plan through 2036-12-31."""


def take_person(take_in: TakeIn) -> Party:
    """林小满, a natural person, is guaranteed by 业务一部 since April 2026."""
    row = ("BH-2026-009", NAME, PERSON, "业务一部", "张甲", "李乙", "300000", "2026-04-01", "2027-03-31", "")
    take_in("portfolio", [row])
    return Party.objects.get(id_no=PERSON)


def visit(portfolio: Portfolio, client: Party, on: date, *, shade: int) -> Visit:
    """张甲 came back from a client with a photo; the report is sealed."""
    key, a = uuid4(), portfolio.cast.a
    name = f"{client.name}.jpg"
    kept = submissions.keep_file(key=key, sender=a, content=photo(shade), name=name).file.sha256
    report = Report(
        client=client,
        guarantee=None,
        on=on,
        kind=VisitKind.REGULAR,
        by=a,
        methods="座谈",
        summary=answers.CONCLUSION,
        findings=answers.findings(VisitKind.REGULAR),
        unsigned_because=f"{client.name}出差",
        files=[(kept, name)],
    )
    return submissions.submit(key=key, sender=a, report=report, actor="A01", door="page").visit


def grade(portfolio: Portfolio, client: Party) -> None:
    """业务一部 proposes 良好 for the client with a reason that names it, keeps the rest, signs; 孙戊 accepts: sealed."""
    cast, department = portfolio.cast, portfolio.first.department
    told = {"department": department, "quarter": THIRD.last, "by": cast.manager, "actor": "M01", "door": "page"}
    proposals.propose(**told, client=client.pk, grade=Grade.GOOD, because=f"{client.name}按时还款", seen=0)
    proposals.keep_the_rest(**told, clients=None)
    kind = FilingKind.CLASSIFICATION_REPORT
    digest = get_table(department=department, quarter=THIRD.last).digest
    filing = reports.file(**told, kind=kind, filed_on=NINTH, signing=Signing(digest))
    reports.accept(filing=filing, on=NINTH, by=cast.supervisor, actor="S01", door="page")


def plan(portfolio: Portfolio) -> None:
    """The plan of 业务一部 for 2026Q4 is spread, handed in and accepted: sealed."""
    department, cast = portfolio.first.department, portfolio.cast

    def planner(by: Staff) -> plans.Planner:
        return plans.Planner(department=department, quarter=FOURTH, by=by, on=NINTH, actor=by.staff_no, door="page")

    plans.spread(planner=planner(cast.manager), first=FOURTH.first, last=FOURTH.last)
    plans.hand_in(planner=planner(cast.manager))
    seen = get_plan(department=department, quarter=FOURTH, today=NINTH).fingerprint
    plans.accept(planner=planner(cast.supervisor), seen=seen)


def archive_third(portfolio: Portfolio) -> Volume:
    """The reports of 2026Q3 are given, received and bound on 2026-10-10, to be kept ten years."""
    hand_over: HandOver = hand_overs.begin(
        department=portfolio.first.department, quarter=THIRD, on=date(2026, 10, 1), actor="M01", door="page"
    )
    cast = portfolio.cast
    give_all(hand_over, cast)
    hand_over_receipts.sign_over(hand_over=hand_over, on=NINTH, **told_by(cast.manager))
    receive_all(hand_over, cast)
    told: dict[str, Any] = {"place": CABINET, "retention_years": 10, "on": TENTH}
    receipt = hand_over_receipts.sign_for(hand_over=hand_over, **told, **told_by(cast.supervisor))
    assert receipt.volume is not None
    return receipt.volume


def release(client: Party) -> None:
    """All guarantees of a client end, and nothing is owed."""
    Guarantee.objects.filter(client=client).update(released_on=RELEASED)
    Duty.objects.filter(party=client, done_on__isnull=True).update(done_on=RELEASED)


def person(staff: Staff, on: date = OVER) -> Person:
    """Who a member of staff, with a log-in, is on a day."""
    staff.refresh_from_db()
    if staff.user is None:
        staff.user = User.objects.create(username=staff.staff_no)
        staff.save(update_fields=["user"])
    found = find_person(staff.user, on=on)
    assert found is not None
    return found


def _proven() -> list[Found]:
    """Papers, ledger and chain; heads of the chain outside are the machine's."""
    inside = [proof for proof in list_proofs() if proof.code.startswith(("papers.", "accountability.", "audit.chain"))]
    return [carry_out(proof, Asked()) for proof in inside]


def faults() -> list[str]:
    """What `baohou verify` finds once the acts that wait, however long ago they were, are linked."""
    chain.link_pending(everything=True)
    return [fault.message for found in _proven() for fault in found.faults]


def said() -> list[str]:
    """What `baohou verify` says beside."""
    return [one for found in _proven() for one in found.said]
