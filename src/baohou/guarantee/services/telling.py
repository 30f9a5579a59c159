"""What people are told of reports, visits ordered, grades, measures, hand-overs and what became late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.urls import reverse

from baohou.core.period import quarter_of
from baohou.core.sayings import FURTHER, Said, listed, say
from baohou.guarantee.models import (
    FilingStep,
    GradeChange,
    Guarantee,
    HandOver,
    HandOverItem,
    HandOverReceipt,
    MeasureAction,
    Proposal,
    SpecialOrder,
    WorkMove,
)
from baohou.guarantee.queries.pages.clients import managers_on, speaking
from baohou.guarantee.queries.standing import spoken_for
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb, Grade, Urgency
from baohou.kernel.duties.models import Duty
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.services import Telling, tell_everyone, tell_many
from baohou.kernel.papers.archive import list_newly_overdue
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import RIGHTS, Right
from baohou.kernel.people.directory import list_in_service
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import list_holders

HANDED_IN: Final = NoticeKind("report.handed_in", "部门上报，等我接收")
RETURNED: Final = NoticeKind("report.returned", "上报被退回")
ACCEPTED: Final = NoticeKind("report.accepted", "上报已接收")
LATE: Final = NoticeKind("duty.late", "我的事项逾期")
TO_SIGN: Final = NoticeKind("move.to_sign", "移交清单等我签字")
ORDERED: Final = NoticeKind("special.ordered", "安排了特别回访")
ORDERED_URGENT: Final = NoticeKind("special.urgent", "安排了紧急的特别回访", urgent=True)
GRADED: Final = NoticeKind("grade.watched", "客户调入或调出关注、风险")
TO_DO: Final = NoticeKind("action.given", "处置措施要我办的事")
SENT_BACK: Final = NoticeKind("hand_over.sent_back", "移交的报告被退回")
LOAN_LATE: Final = NoticeKind("loan.late", "借出的案卷逾期未还")
KINDS: Final = (
    *(HANDED_IN, RETURNED, ACCEPTED, LATE, TO_SIGN),
    *(ORDERED, ORDERED_URGENT, GRADED, TO_DO, SENT_BACK, LOAN_LATE),
)
_NAMED: Final = 20
_REVIEWERS: Final = frozenset(post for post, rights in RIGHTS.items() if Right.REVIEW_REPORT in rights)


def tell_step(step: FilingStep) -> None:
    """Tell the risk department that something was handed in; the department that it was accepted or returned.

    Nobody is told of an act of his or her own.
    """
    filing, verb = step.filing, FilingVerb(step.verb)
    what = say(
        "%(department)s %(quarter)s %(kind)s",
        department=filing.department.name,
        quarter=quarter_of(filing.quarter),
        kind=say(FilingKind(filing.kind).zh),
    )
    name = step.by.name
    if verb is FilingVerb.HANDED_IN:
        kind, title, text = HANDED_IN, say("%(what)s已上报，请接收", what=what), say("%(name)s上报。", name=name)
        people = [posting.staff for posting in list_in_service(on=step.on, posts=_REVIEWERS)]
    else:
        people = list_holders(post=Post.DEPARTMENT_MANAGER, on=step.on, department=filing.department)
        handed_in = filing.steps.filter(verb=FilingVerb.HANDED_IN).select_related("by").order_by("-pk").first()
        people += [handed_in.by] if handed_in else []
        if verb is FilingVerb.RETURNED:
            kind, title = RETURNED, say("%(what)s被退回，请改好重报", what=what)
            text = say("%(name)s退回，理由：%(because)s", name=name, because=step.because)
        else:
            kind, title, text = ACCEPTED, say("%(what)s已接收", what=what), say("%(name)s接收。", name=name)
    tell_everyone(
        [person for person in people if person.pk != step.by_id],
        kind=kind.code,
        key=f"filing:{step.pk}",
        title=title,
        text=text,
        url=reverse("reports.department", args=[str(quarter_of(filing.quarter)), filing.department_id]),
        on=step.on,
    )


def tell_signed_over(receipt: HandOverReceipt) -> None:
    """Tell the risk department of a receipt that no filing tells of: the archive had the rest before."""
    hand_over, by = receipt.hand_over, receipt.signed_by
    quarter = quarter_of(hand_over.quarter)
    people = [posting.staff for posting in list_in_service(on=receipt.signed_on, posts=_REVIEWERS)]
    name = hand_over.department.name
    tell_everyone(
        _but(people, by.pk),
        kind=HANDED_IN.code,
        key=f"receipt:{receipt.pk}",
        title=say("%(department)s %(quarter)s 补移交的回访报告已签字移交，请签收", department=name, quarter=quarter),
        text=say("%(name)s签字移交。", name=by.name),
        url=reverse("handover.one", args=[str(quarter), hand_over.department_id]),
        on=receipt.signed_on,
    )


def tell_signers(move: WorkMove, signers: Sequence[Staff]) -> None:
    """Tell those who have to sign the list of a hand-over."""
    tell_everyone(
        signers,
        kind=TO_SIGN.code,
        key=f"move:{move.pk}",
        title=say("%(name)s的工作移交清单等您签字", name=move.staff.name),
        text=say("自 %(on)s 起移交，原因：%(because)s", on=move.effective_on, because=move.because),
        url=reverse("moves.one", args=[move.pk]),
        on=move.decided_on,
    )


def tell_order(order: SpecialOrder) -> None:
    """Tell a client's A and B of a special visit at once; an urgent one does not wait for the morning (PGM.5)."""
    client, urgency = order.client, Urgency(order.urgency)
    owed = Duty.objects.filter(party=client, kind=DutyKind.SPECIAL_VISIT, opens_on=order.ordered_on).first()
    how = say(urgency.zh)
    if owed is None:
        title = say("%(client)s：请做特别回访（%(urgency)s）", client=client.name, urgency=how)
    else:
        title = say(
            "%(client)s：请在 %(due_on)s 前做特别回访（%(urgency)s）",
            client=client.name,
            due_on=owed.due_on,
            urgency=how,
        )
    tell_everyone(
        _but(_managers(client, order.ordered_on), order.by_id),
        kind=(ORDERED_URGENT if urgency is Urgency.URGENT else ORDERED).code,
        key=f"order:{order.pk}",
        title=title,
        text=_by(order.by, order.because),
        url=reverse("clients.one", args=[client.pk]),
        on=order.ordered_on,
    )


def tell_grade(change: GradeChange) -> None:
    """Tell those concerned that a client is now graded watch or risk: A and B, their manager, the risk supervisors."""
    client, grade = change.client, Grade(change.grade)
    if grade not in WATCHED:
        return
    people = _managers(client, change.effective_on)
    voice = speaking(client, on=change.effective_on).first()
    if voice is not None:
        people += _heads(voice.department, change.effective_on)
    people += list_holders(post=Post.RISK_SUPERVISOR, on=change.effective_on)
    title = say("%(client)s自 %(on)s 起为%(grade)s类", client=client.name, on=change.effective_on, grade=say(grade.zh))
    tell_everyone(
        _but(people, change.by_id),
        kind=GRADED.code,
        key=f"grade:{change.act_id}",
        title=title,
        text=_by(change.by, change.because),
        url=reverse("clients.one", args=[client.pk]),
        on=change.effective_on,
    )


def tell_table(step: FilingStep, changed: Sequence[Proposal]) -> None:
    """Tell managers A and B once which of their clients an accepted table puts into watch or risk, or takes out.

    ``changed`` are the table's rows whose grade is another than before.
    """
    department, quarter = step.filing.department, step.filing.quarter
    moves = {one.client_id: one for one in changed if {Grade(one.grade), _before(one)} & set(WATCHED)}
    voices = spoken_for(department=department.pk, on=quarter, clients=list(moves))
    speaks = dict(voices.select("guarantee_id", "client_id").iter_rows())
    held = Guarantee.objects.filter(pk__in=list(speaks)).select_related("manager_a", "manager_b")
    of: dict[Staff, list[Proposal]] = {}
    for guarantee, managers in managers_on(held, on=step.on).items():
        for one in managers:
            if one is not None and one.pk != step.by_id:
                of.setdefault(one, []).append(moves[speaks[guarantee]])
    tell_many([_of_table(step, person, those) for person, those in of.items()], on=step.on)


def _of_table(step: FilingStep, person: Staff, those: Sequence[Proposal]) -> Telling:
    quarter = quarter_of(step.filing.quarter)
    if len(those) == 1:
        title = say("%(quarter)s 分类表已接收：%(moved)s", quarter=quarter, moved=_moved(those[0]))
        url = reverse("clients.one", args=[those[0].client_id])
        text = say("理由：%(because)s", because=those[0].because) if those[0].because else ""
    else:
        title = say("%(quarter)s 分类表已接收：您的 %(n)s 户客户调入或调出关注、风险类", quarter=quarter, n=len(those))
        url = reverse("grading.table", args=[str(quarter), step.filing.department_id])
        text = listed(map(_moved, those[:_NAMED]), FURTHER)
        if len(those) > _NAMED:
            text = say("%(named)s，等", named=text)
    return Telling(person, GRADED.code, f"table:{step.pk}", title, text, url)


def _moved(one: Proposal) -> Said:
    before = _before(one)
    name, after = one.client.name, say(Grade(one.grade).zh)
    if before is None:
        return say("%(client)s为%(after)s", client=name, after=after)
    return say("%(client)s由%(before)s调为%(after)s", client=name, before=say(before.zh), after=after)


def _before(one: Proposal) -> Grade | None:
    return Grade.read(one.stated["before"])


def tell_actions(actions: Iterable[MeasureAction], *, client: Party, quarter: date, actor: str, on: date) -> None:
    """Tell each of what a measure has them do by when, but not who wrote it (PGM.10)."""
    url = reverse("clients.measure", args=[client.pk, str(quarter_of(quarter))])
    tell_many(
        [
            Telling(
                one.responsible,
                TO_DO.code,
                f"action:{one.pk}:{one.due_on}",
                say("%(client)s：请在 %(due_on)s 前办完一项处置措施", client=client.name, due_on=one.due_on),
                one.text,
                url,
            )
            for one in actions
            if one.done_on is None and one.responsible.staff_no != actor
        ],
        on=on,
    )


def tell_sent_back(
    hand_over: HandOver, items: Sequence[HandOverItem], *, because: str, on: date, by: Staff, act: int, whole: bool
) -> None:
    """Tell who made the visits whose reports came back; ``whole`` lists, and others' reports, the department's head."""
    quarter = quarter_of(hand_over.quarter)
    of: dict[int, list[HandOverItem]] = {}
    for item in items:
        of.setdefault(item.visit.by_id, []).append(item)
    text = _by(by, because)
    url = reverse("handover.one", args=[str(quarter), hand_over.department_id])
    told = []
    for those in of.values():
        first = those[0].visit
        title = (
            say("%(client)s %(on)s 的回访报告被退回，请补齐", client=first.client.name, on=first.visited_on)
            if len(those) == 1
            else say("您的 %(n)s 份回访报告被退回，请补齐", n=len(those))
        )
        told.append(Telling(first.by, SENT_BACK.code, f"back:{act}", title, text, url))
    title = (
        say("%(department)s %(quarter)s 的移交清单被退回", department=hand_over.department.name, quarter=quarter)
        if whole
        else say(
            "%(department)s %(quarter)s 移交的报告中有 %(n)s 份被退回",
            department=hand_over.department.name,
            quarter=quarter,
            n=len(items),
        )
    )
    heads = _heads(hand_over.department, on)
    told += [Telling(one, SENT_BACK.code, f"back:{act}", title, text, url) for one in heads if one.pk not in of]
    tell_many([one for one in told if one.person.pk != by.pk], on=on)


def tell_loans(*, after: date, on: date) -> int:
    """Tell borrower and lender once of a volume that should have come back on ``after`` or later; how many those are.

    Who borrowed without being a member of staff is not reached.
    """
    late = list_newly_overdue(after=after, on=on)
    numbers = {one.borrower_no for one in late} | {one.act.by for one in late}
    people = {one.staff_no: one for one in Staff.objects.filter(staff_no__in=numbers)}
    told = []
    for loan in late:
        number, due_on = loan.volume.number, loan.due_on
        url = reverse("handover.volume", args=[loan.volume_id])
        borrower, keeper = people.get(loan.borrower_no), people.get(loan.act.by)
        if borrower is not None:
            title = say("您借的案卷 %(volume)s 应于 %(due_on)s 归还，请尽快归还", volume=number, due_on=due_on)
            told.append(Telling(borrower, LOAN_LATE.code, f"loan:{loan.pk}", title, "", url))
        if keeper is not None and keeper != borrower:
            title = say(
                "%(name)s借的案卷 %(volume)s 应于 %(due_on)s 归还，还没有还",
                volume=number,
                due_on=due_on,
                name=loan.borrower_name,
            )
            told.append(Telling(keeper, LOAN_LATE.code, f"loan:{loan.pk}", title, "", url))
    tell_many(told, on=on)
    return len(late)


def _managers(client: Party, on: date) -> list[Staff]:
    """A and B of what speaks for a client on a day."""
    voice = speaking(client, on=on).select_related("manager_a", "manager_b").first()
    held = managers_on([voice], on=on)[voice.pk] if voice is not None else ()
    return [one for one in held if one is not None]


def _heads(department: Department, on: date) -> list[Staff]:
    return list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=department)


def _but(people: Iterable[Staff], by: int) -> list[Staff]:
    return [one for one in people if one.pk != by]


def _by(by: Staff, because: str) -> str:
    if not because:
        return say("%(name)s办理。", name=by.name)
    return say("%(name)s办理，理由：%(because)s", name=by.name, because=because)
