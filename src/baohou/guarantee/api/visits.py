"""Visits: their files first, then the report, signed and sealed at once; additions to what is sealed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Status
from ninja.files import UploadedFile
from pydantic import Field

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.guarantee.api.shapes import (
    AppointmentIn,
    AppointmentOut,
    FileOut,
    PersonOut,
    VisitKindCode,
    appointment,
    person,
)
from baohou.guarantee.api.shapes import file as file_out
from baohou.guarantee.exports import list_papers_of_visit, write_papers
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.drafts import former_writers
from baohou.guarantee.queries.late_records import find_late, recorded_on
from baohou.guarantee.queries.pages.glance import get_glance
from baohou.guarantee.queries.pages.visits import get_sheet, latest_visits
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.rules.matters import METHODS, METHODS_KEY, asked_of
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import submissions
from baohou.guarantee.services.submissions import Place, Report
from baohou.guarantee.views.guards import visit_for, visited_client_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Ref, Sha256, Text, Word
from baohou.kernel.papers.models import Attachment, Signature
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import PDF, hand_out, hand_out_kept
from baohou.kernel.people.models import Staff

room = Room("回访")

MethodCode = Literal["site", "talk", "workers", "third_party"]
Degrees = Annotated[Decimal, Field(max_digits=9, decimal_places=6)]


class VisitOut(Out):
    """A visit on a list."""

    id: int
    client: Ref
    guarantee_id: int | None
    project_no: str
    kind: VisitKindCode
    visited_on: date
    by: PersonOut
    summary: str
    recorded_on: date | None = Field(description="哪天录入的；导入的没有")
    recorded_late: bool = Field(description="补录：录入时这件事的期限已过，按时与否仍以回访日为准")


class AddendumOut(Out):
    """What was added to a sealed report."""

    text: str
    name: str
    staff_no: str
    added_at: datetime


class SealOut(Out):
    """The seal of a report: its code, and whether the report is still what was sealed."""

    code: str
    sha256: str
    sealed_at: datetime
    intact: bool
    check_url: str


class VisitReportOut(VisitOut):
    """A visit with all that was told of it."""

    methods: dict[str, str]
    other_methods: str
    matters: dict[str, str]
    opinion: str
    not_signed: str
    appointment: AppointmentOut | None
    signer: str
    files: list[FileOut]
    addenda: list[AddendumOut]
    seal: SealOut | None


class VisitQuery(In):
    """Which visits."""

    client: Number | None = None
    kind: VisitKindCode | None = None
    since: Day | None = None
    until: Day | None = None


class DevicePlaceIn(In):
    """Where a device was, in degrees."""

    latitude: Annotated[Degrees, Field(ge=-90, le=90)]
    longitude: Annotated[Degrees, Field(ge=-180, le=180)]
    accuracy_m: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


class NamedFile(In):
    """A file that was sent before, and what it is called."""

    sha256: Sha256
    name: Word


class VisitIn(In):
    """A visit's report. Every file and the signature were sent before under ``key``, and are named by their digests.

    Without a signature ``unsigned_because`` says why. ``matters`` are the codes of the form of this kind of visit: each
    has to be answered, as has what each method found, and the conclusion (``summary``).
    """

    key: UUID
    kind: VisitKindCode
    guarantee: Number | None = None
    visited_on: Day
    by: Number | None = Field(None, description="回访人；不填为本人")
    methods: dict[MethodCode, Text] = Field(min_length=1, description="方法和由此了解到的情况")
    matters: dict[Word, Text] = Field(default_factory=dict, max_length=40)
    summary: Text = ""
    signer: Annotated[Word, Field(max_length=64)] = ""
    signature: Sha256 | None = None
    unsigned_because: Annotated[Word, Field(max_length=500)] = ""
    files: list[NamedFile] = Field(default_factory=list, max_length=submissions.MOST_FILES)
    place: DevicePlaceIn | None = None
    finished_at: datetime | None = None
    appointment: AppointmentIn | None = Field(None, description="约见；没有约见的不填")


class VisitFileIn(In):
    """What is told of a file."""

    key: UUID
    is_signature: bool = False
    taken_at: datetime | None = None
    visited_on: Day | None = Field(None, description="回访日；客户已移交给别人的，凭回访日那天归本人管")
    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = Field(None, description="拍照的地方，与 longitude 同填")
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[int, Field(ge=0, le=10_000_000)] | None = None

    @property
    def place(self) -> Place | None:
        """Where the photo was taken; None unless both degrees are told, as on the page."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude, self.accuracy_m)


class KeptOut(Out):
    """A file that was kept."""

    sha256: str
    size: int
    content_type: str


class AddIn(In):
    """A correction of a sealed report."""

    text: Text


@room.reads("/visits", Page[VisitOut])
def list_all(
    request: Call, asked: Annotated[VisitQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[VisitOut]:
    """回访记录，新的在前。"""
    dense = asked.client is None and asked.kind is None
    found = latest_visits(request.person, on=request.today, dense=dense)
    wanted: dict[str, Any] = {
        "client": asked.client,
        "kind": VisitKind.read(asked.kind) if asked.kind else None,
        "visited_on__gte": asked.since,
        "visited_on__lte": asked.until,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    day, _, last = opened(request, cursor).partition(".")
    if day:
        found = found.filter(Q(visited_on__lt=day) | Q(visited_on=day, pk__lt=int(last)))
    # The page is found before names are joined to it: joined first, all visits of a day would be, to be put in order.
    shown = Visit.objects.filter(pk__in=found.values("pk")[: limit + 1]).order_by("-visited_on", "-pk")
    page = list(shown.select_related("client", "guarantee", "by", "act"))
    late = find_late(page[:limit])
    more = f"{page[limit - 1].visited_on}.{page[limit - 1].pk}" if len(page) > limit else ""
    return Page[VisitOut](items=[VisitOut(**_visit(one, late)) for one in page[:limit]], next=sealed(request, more))


@room.reads("/visits/{visit}", VisitReportOut)
def one(request: Call, visit: Pk) -> VisitReportOut:
    """一次回访的全部内容、附件、签名和封存。"""
    return _sheet(visit_for(request, visit))


@room.writes("/clients/{client}/visit-files", KeptOut, right=Right.RECORD_VISIT, status=201)
def keep_file(
    request: Call, client: Pk, told: Annotated[VisitFileIn, Form()], file: Annotated[UploadedFile, File()]
) -> Status[KeptOut]:
    """先传回访的一个文件（或客户签名），以摘要为名，再在报告里写明。"""
    of = visited_client_for(request, client, told.visited_on)
    kept = submissions.keep_file(
        key=told.key,
        sender=person_of(request),
        content=file.read(),
        name=_name(file),
        is_signature=told.is_signature,
        taken_at=told.taken_at,
        place=told.place,
        client=of,
    ).file
    return Status(201, KeptOut(sha256=kept.sha256, size=kept.size, content_type=kept.content_type))


@room.writes("/clients/{client}/visits", VisitReportOut, right=Right.RECORD_VISIT, status=201)
def record(request: Call, client: Pk, body: VisitIn) -> Status[VisitReportOut]:
    """记录一次回访：连同附件和签名一起存入并封存。"""
    done = submissions.submit(
        key=body.key,
        sender=person_of(request),
        report=_report(request, client, body),
        actor=request.person.actor,
        door=DOOR,
    )
    made = Visit.objects.select_related("client", "guarantee", "by", "act").get(pk=done.visit.pk)
    return Status(201, _sheet(made))


@room.writes("/visits/{visit}/addenda", VisitReportOut, right=Right.RECORD_VISIT, status=201)
def add(request: Call, visit: Pk, body: AddIn) -> Status[VisitReportOut]:
    """给封存的报告加一条补充或更正。"""
    found = visit_for(request, visit)
    submissions.add(visit=found, text=body.text, by=person_of(request), actor=request.person.actor, door=DOOR)
    return Status(201, _sheet(found))


@room.serves("/visits/{visit}/report.pdf", "application/pdf")
def report_file(request: Call, visit: Pk) -> HttpResponse:
    """客户回访报告（附件一）。"""
    found, out = visit_for(request, visit), io.BytesIO()
    write_papers(papers=list_papers_of_visit(visit=found), kind="pdf", out=out)
    name = f"{found.client.name}-{found.visited_on}-客户回访报告.pdf"
    return hand_out(request, out.getvalue(), name=name, content_type=PDF, kind="visit-report", rows=1, door=DOOR)


@room.serves("/visits/{visit}/files/{number}", "application/octet-stream", "image/*", "application/*")
def attachment(request: Call, visit: Pk, number: Pk) -> FileResponse:
    """回访的一个附件。"""
    visit_for(request, visit)
    found = get_object_or_404(Attachment.objects.select_related("file"), pk=number, kind=KIND, subject_id=visit)
    return hand_out_kept(request, found.file, name=found.name, door=DOOR)


@room.serves("/visits/{visit}/signature", "image/*")
def signature(request: Call, visit: Pk) -> FileResponse:
    """客户在现场的签名。"""
    visit_for(request, visit)
    found = Signature.objects.select_related("image").filter(kind=KIND, subject_id=visit, image__isnull=False).first()
    if found is None or found.image is None:
        raise Http404
    return hand_out_kept(request, found.image, name=f"{found.role}签名.png", door=DOOR)


def _name(file: UploadedFile) -> str:
    return str(file.name or "file").replace("\x00", "")


def _report(request: Call, client: int, body: VisitIn) -> Report:
    """The report as the verb wants it; the same choices of guarantee and visitor as the page's form has."""
    glance = get_glance(visited_client_for(request, client, body.visited_on), on=request.today)
    kind = VisitKind.read(body.kind)
    assert kind is not None
    held = {one.guarantee.pk: one.guarantee for one in glance.held}
    if body.guarantee is not None and body.guarantee not in held:
        raise Refused("guarantee.visit.other_guarantee", "这笔担保不是该客户的。", where="guarantee")
    if kind is VisitKind.ROUTINE and body.guarantee is None:
        raise Refused("guarantee.visit.no_guarantee", "例行回访请写明担保项目。", where="guarantee")
    before = former_writers(person_of(request), client=client, on=request.today)
    visitors: dict[int, Staff] = {one.pk: one for one in (person_of(request), *before)}
    for one in glance.standing:
        visitors |= {staff.pk: staff for staff in (one.manager_a, one.manager_b) if staff is not None}
    if body.by is not None and body.by not in visitors:
        raise Refused("guarantee.visit.other_visitor", "回访人只能是本人、该客户的经理或移交草稿的人。", where="by")
    asked = {matter.code for matter in asked_of(kind)}
    if unknown := set(body.matters) - asked:
        message = say("%(kind)s回访不问这些：%(unknown)s。", kind=say(kind.zh), unknown=listed(sorted(unknown)))
        raise Refused("guarantee.visit.matter", message, where="matters")
    findings: dict[str, Any] = {code: text for code, text in body.matters.items() if text}
    findings[METHODS_KEY] = dict(body.methods)
    place = body.place
    return Report(
        client=glance.client,
        guarantee=held.get(body.guarantee) if body.guarantee is not None else None,
        on=body.visited_on,
        kind=kind,
        by=visitors[body.by or request.person.staff_id],
        methods="、".join(method.short for method in METHODS if method.code in body.methods),
        summary=body.summary,
        findings=findings,
        signer=body.signer,
        signature=body.signature or "",
        unsigned_because=body.unsigned_because,
        files=[(one.sha256, one.name or one.sha256[:12]) for one in body.files],
        place=Place(place.latitude, place.longitude, place.accuracy_m) if place else None,
        finished_at=body.finished_at,
        appointment=body.appointment.made() if body.appointment else None,
    )


def _visit(visit: Visit, late: Mapping[int, date]) -> dict[str, Any]:
    return {
        "id": visit.pk,
        "client": Ref(id=visit.client_id, name=visit.client.name),
        "guarantee_id": visit.guarantee_id,
        "project_no": visit.guarantee.project_no if visit.guarantee else "",
        "kind": VisitKind(visit.kind).code,
        "visited_on": visit.visited_on,
        "by": person(visit.by),
        "summary": visit.summary,
        "recorded_on": recorded_on(visit),
        "recorded_late": visit.pk in late,
    }


def _sheet(visit: Visit) -> VisitReportOut:
    sheet = get_sheet(visit)
    record = sheet.record
    seal = None
    if record.seal is not None:
        seal = SealOut(
            code=record.seal.code,
            sha256=record.seal.sha256,
            sealed_at=record.seal.sealed_at,
            intact=sheet.checked is not None and sheet.checked.intact,
            check_url=sheet.check_url,
        )
    return VisitReportOut(
        **_visit(visit, {visit.pk: sheet.passed} if sheet.passed else {}),
        methods={method.code: told for method, told in sheet.methods},
        other_methods=sheet.other_methods,
        matters={matter.code: told for matter, told in sheet.matters},
        opinion=sheet.opinion,
        not_signed=sheet.not_signed,
        appointment=appointment(sheet.appointment),
        signer=record.signature.name if record.signature else "",
        files=[file_out(one) for one in record.attachments],
        addenda=[
            AddendumOut(text=one.text, name=one.name, staff_no=one.staff_no, added_at=one.added_at)
            for one in record.addenda
        ],
        seal=seal,
    )
