"""Penalties, appeals, the month's statement, and the day of going live."""

from __future__ import annotations

import io
from typing import Annotated, Any, Literal

from django.http import FileResponse, Http404, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Status
from ninja.files import UploadedFile

from baohou.core.errors import Refused
from baohou.kernel.accountability import appeals
from baohou.kernel.accountability.api_shapes import (
    AllowedOut,
    AppealIn,
    AppealOut,
    DecisionIn,
    EntryOut,
    GoLiveIn,
    GoLiveOut,
    LedgerQuery,
    OneStoryOut,
    PersonalOut,
    ReversalIn,
    StatementLineOut,
    StatementOut,
    StoryOut,
    TotalsOut,
    WaiverIn,
)
from baohou.kernel.accountability.api_story import clauses_of, events_of
from baohou.kernel.accountability.appeals import Evidence
from baohou.kernel.accountability.checks import ask_go_live, ask_reversal, ask_waiver
from baohou.kernel.accountability.guards import appeal_for, month_named, staff_for, story_for
from baohou.kernel.accountability.ledger import Story, Totals, get_ledger_totals, list_ledger
from baohou.kernel.accountability.models import Appeal, Entry, EntryKind, Verdict
from baohou.kernel.accountability.pending import pending_penalties
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.accountability.statement import Line, get_personal, get_statement
from baohou.kernel.accountability.statement_papers import KINDS, list_papers
from baohou.kernel.accountability.timeline import allowed, tell
from baohou.kernel.accountability.worklist import AppealRow, list_appeals, parts_for
from baohou.kernel.api.approvals import ProposalOut, accepted, waiting
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of, require
from baohou.kernel.api.schemas import USUAL, Cursor, Limit, MonthName, Page, Pk, Ref, ref
from baohou.kernel.papers import records
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import CONTENT_TYPES, XLSX, hand_out, hand_out_kept
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

room = Room("处罚与申诉", of={"staff": Thing.FINED})


@room.reads("/penalties", Page[StoryOut])
def list_all(
    request: Call, asked: Annotated[LedgerQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[StoryOut]:
    """处罚记录，新的在前。"""
    page = list_ledger(request.person, asked.filters(), on=request.today, after=opened(request, cursor), most=limit)
    return Page[StoryOut](items=[StoryOut(**_story(one)) for one in page.stories], next=sealed(request, page.after))


@room.reads("/penalties/totals", TotalsOut)
def totals(request: Call, asked: Annotated[LedgerQuery, Query()]) -> TotalsOut:
    """筛选出的处罚合计。"""
    return _totals(get_ledger_totals(request.person, asked.filters(), on=request.today))


@room.reads("/penalties/{duty}/{staff}", OneStoryOut)
def one(request: Call, duty: Pk, staff: Pk) -> OneStoryOut:
    """一件事项上一个人的处罚始末。"""
    return _one(request, duty, staff)


@room.writes("/penalties/{duty}/{staff}/waivers", OneStoryOut, right=Right.WAIVE, status=201, waits=ProposalOut)
def add_waiver(request: Call, duty: Pk, staff: Pk, body: WaiverIn) -> Status[Any]:
    """减免；须复核的答 202 和提请的事，批准后才记账。"""
    told = {"amount_fen": body.amount_fen, "because": body.because}
    story = story_for(request, duty, staff)
    asked = ask_waiver(story=story, **told, by=request.person, on=request.today, door=DOOR)  # type: ignore[arg-type]
    return accepted(request, asked) or Status(201, _one(request, duty, staff))


@room.writes("/penalties/{duty}/{staff}/reversals", OneStoryOut, right=Right.WAIVE, status=201, waits=ProposalOut)
def add_reversal(request: Call, duty: Pk, staff: Pk, body: ReversalIn) -> Status[Any]:
    """冲回不该记的处罚；须复核的答 202 和提请的事，批准后才记账。"""
    story = story_for(request, duty, staff)
    asked = ask_reversal(story=story, because=body.because, by=request.person, on=request.today, door=DOOR)
    return accepted(request, asked) or Status(201, _one(request, duty, staff))


@room.writes("/penalties/{duty}/{staff}/appeals", AppealOut, status=201)
def file_appeal(
    request: Call,
    duty: Pk,
    staff: Pk,
    told: Annotated[AppealIn, Form()],
    files: Annotated[list[UploadedFile], File(max_length=appeals.MOST_FILES)] = [],  # noqa: B006
) -> Status[AppealOut]:
    """就自己的处罚提出申诉，可附文件。"""
    story = story_for(request, duty, staff)
    require(story.first.staff_id == request.person.staff_id)
    appeal = appeals.file_appeal(
        duty_key=duty,
        by=person_of(request),
        text=told.text,
        files=[Evidence(str(each.name).replace("\x00", ""), each.read()) for each in files],
        on=request.today,
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _appeal(appeal))


@room.reads("/appeals", Page[AppealOut])
def list_appealed(
    request: Call,
    part: Literal["waiting", "decided", "department", "all", "mine"] = "mine",
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Page[AppealOut]:
    """申诉：等我裁定的、我裁定过的、本部门的、全公司的、我的。"""
    require(part in parts_for(request.person))
    page = list_appeals(request.person, part, after=opened(request, cursor), most=limit)
    return Page[AppealOut](items=[_row(row) for row in page.rows], next=sealed(request, page.after))


@room.reads("/appeals/{appeal}", AppealOut)
def one_appeal(request: Call, appeal: Pk) -> AppealOut:
    """一件申诉。"""
    return _appeal(appeal_for(request, appeal)[0])


@room.writes("/appeals/{appeal}/decision", AppealOut, right=Right.WAIVE, status=201)
def decide(request: Call, appeal: Pk, body: DecisionIn) -> Status[AppealOut]:
    """裁定别人的申诉。"""
    found, story = appeal_for(request, appeal)
    told = tell(story)
    if not allowed(request.person, told).decide or told.open_appeal != found:
        raise Refused("accountability.appeal.not_open", "这一申诉已结案，或不能由您裁定。")
    appeals.decide(
        appeal=found,
        verdict=Verdict[body.verdict.upper()],
        amount_fen=body.amount_fen,
        because=body.because,
        **_by(request),
    )
    return Status(201, _appeal(Appeal.objects.select_related("staff").get(pk=appeal)))


@room.writes("/appeals/{appeal}/withdraw", AppealOut)
def withdraw(request: Call, appeal: Pk) -> AppealOut:
    """撤回自己的申诉。"""
    appeals.withdraw(appeal=appeal_for(request, appeal)[0], **_by(request))
    return _appeal(Appeal.objects.select_related("staff").get(pk=appeal))


@room.writes("/appeals/{appeal}/close", AppealOut)
def close(request: Call, appeal: Pk) -> AppealOut:
    """处罚已冲回的申诉结案。"""
    found, _story = appeal_for(request, appeal)
    require(found.staff_id == request.person.staff_id or request.person.may(Right.WAIVE))
    appeals.close_void(appeal=found, **_by(request))
    return _appeal(Appeal.objects.select_related("staff").get(pk=appeal))


@room.serves("/appeals/{appeal}/files/{file}", "application/octet-stream", "image/*", "application/*")
def appeal_file(request: Call, appeal: Pk, file: Pk) -> FileResponse:
    """申诉的一个附件。"""
    found, _story = appeal_for(request, appeal)
    for each in records.list_attachments(kind=appeals.PAPER, subject_id=found.pk):
        if each.pk == file:
            return hand_out_kept(request, each.file, name=each.name, door=DOOR)
    raise Http404


@room.reads("/statements/{month}", StatementOut)
def statement(request: Call, month: MonthName, limit: Limit = USUAL, cursor: Cursor = "") -> StatementOut:
    """一个月的对账单。"""
    after = opened(request, cursor)
    found = get_statement(request.person, month=month_named(month), on=request.today, after=after, most=limit)
    return StatementOut(
        month=found.month,
        last=found.last,
        people=found.people,
        totals=_totals(found.totals),
        items=[_line(line) for line in found.lines],
        next=sealed(request, found.after),
    )


@room.serves("/statements/{month}/statement.{ending}", "application/pdf", XLSX)
def statement_file(request: Call, month: MonthName, ending: Literal["pdf", "xlsx"]) -> HttpResponse:
    """对账单文件。"""
    return _paper(request, month, ending, None)


@room.serves("/statements/{month}/{staff}/statement.{ending}", "application/pdf", XLSX)
def personal_file(request: Call, month: MonthName, staff: Pk, ending: Literal["pdf", "xlsx"]) -> HttpResponse:
    """一个人一个月的对账单文件。"""
    return _paper(request, month, ending, staff_for(request, staff))


def _paper(request: Call, month: str, ending: str, staff: Staff | None) -> HttpResponse:
    out = io.BytesIO()
    papers = list_papers(
        request.person, month=month_named(month), on=request.today, printed_on=timezone.localdate(), staff=staff
    )
    KINDS[ending](papers=papers, out=out)
    name = f"献爱心对账单-{month}{f'-{staff.staff_no}' if staff else ''}.{ending}"
    told: dict[str, Any] = {"name": name, "content_type": CONTENT_TYPES[ending], "kind": "penalties"}
    return hand_out(request, out.getvalue(), **told, rows=len(papers), door=DOOR)


@room.reads("/statements/{month}/{staff}", PersonalOut)
def personal(request: Call, month: MonthName, staff: Pk) -> PersonalOut:
    """一个人一个月的对账单。"""
    found = get_personal(request.person, staff=staff_for(request, staff), month=month_named(month), on=request.today)
    return PersonalOut(line=_line(found.line), entries=[_entry(each.entry) for each in found.bookings])


@room.reads("/go-live", GoLiveOut, personal=False)
def go_live(request: Call) -> GoLiveOut:
    """上线日：此前到期的不计处罚。"""
    return GoLiveOut(on=get_go_live())


@room.writes("/go-live", GoLiveOut, right=Right.ADMINISTER, method="PUT", waits=ProposalOut)
def decide_go_live(request: Call, body: GoLiveIn) -> Status[Any]:
    """定上线日；已记过处罚的须写理由，须复核的答 202 和提请的事。"""
    asked = ask_go_live(to=body.on, because=body.because, by=request.person, on=request.today, door=DOOR)
    return accepted(request, asked) or Status(200, go_live(request))


def _by(request: Call) -> dict[str, Any]:
    return {"by": person_of(request), "on": request.today, "actor": request.person.actor, "door": DOOR}


def _entry(entry: Entry) -> EntryOut:
    return EntryOut(
        id=entry.pk,
        kind=EntryKind(entry.kind).name.lower(),  # type: ignore[arg-type]
        amount_fen=entry.amount_fen,
        dated=entry.dated,
        clause=entry.clause,
        because=in_words(entry.because),
    )


def _story(story: Story) -> dict[str, Any]:
    first = story.first
    return {
        "duty": first.duty_key,
        "duty_word": str(story.duty_word),
        "staff": ref(first.staff),
        "department": ref(first.department),
        "client": ref(first.party),
        "due_on": first.due_on,
        "net_fen": story.net_fen,
        "appealed": story.appealed,
        "pending": waiting(story.pending),
        "entries": [_entry(entry) for entry in story.entries],
    }


def _one(request: Call, duty: int, staff: int) -> OneStoryOut:
    told = tell(story_for(request, duty, staff))
    pending = pending_penalties([(duty, staff)]).get((duty, staff), ())
    may = allowed(request.person, told)
    open_appeal = told.open_appeal
    return OneStoryOut(
        **{**_story(told.story), "appealed": open_appeal is not None, "pending": waiting(pending)},
        open_appeal=open_appeal.pk if open_appeal else None,
        duty_stands=told.duty_stands,
        events=events_of(told),
        clauses=clauses_of(told),
        recorded_late_on=told.recorded_late_on,
        may=AllowedOut(**{name: getattr(may, name) for name in AllowedOut.model_fields}),
    )


def _totals(sums: Totals) -> TotalsOut:
    return TotalsOut(**{name: getattr(sums, name) for name in TotalsOut.model_fields})


def _line(line: Line) -> StatementLineOut:
    return StatementLineOut(
        staff=ref(line.staff),
        department=line.department,
        opening_fen=line.opening_fen,
        totals=_totals(line.totals),
        balance_fen=line.balance_fen,
    )


def _row(row: AppealRow) -> AppealOut:
    return _appeal(row.appeal, files=False)


def _appeal(appeal: Appeal, *, files: bool = True) -> AppealOut:
    decision = appeal.decision if appeal.closed_on is not None else None
    kept = records.list_attachments(kind=appeals.PAPER, subject_id=appeal.pk) if files else []
    return AppealOut(
        id=appeal.pk,
        duty=appeal.duty_key,
        staff=ref(appeal.staff),
        text=appeal.text,
        filed_on=appeal.filed_on,
        closed_on=appeal.closed_on,
        verdict=Verdict(decision.verdict).name.lower() if decision else None,
        because=decision.because if decision else "",
        files=[Ref(id=each.pk, name=each.name) for each in kept],
    )
