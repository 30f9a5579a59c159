"""Importing files: sent, checked and taken as jobs; and which column of a file is which of ours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Form, Status
from ninja.files import UploadedFile
from pydantic import Field

from baohou.core.errors import Refused
from baohou.day.api import JobOut, job_out
from baohou.day.jobs import find_latest, start
from baohou.day.models import JobState
from baohou.guarantee.imports import KINDS, WORKBOOK
from baohou.guarantee.imports.checked import IMPORT, ask_import, needs_eyes, plainest
from baohou.guarantee.imports.jobs import CHECK, MARKED, TAKE, wish_of
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services import uploads
from baohou.guarantee.views.mappings import propose_columns
from baohou.kernel.api.approvals import ProposalOut, accepted
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import In, Out, Pk, Ref, Text, Word, ref
from baohou.kernel.approvals.queries import is_on
from baohou.kernel.papers import records
from baohou.kernel.papers.models import ImportMapping
from baohou.kernel.papers.reading.mapping import read_mapping
from baohou.kernel.papers.reading.mapping_text import write_mapping
from baohou.kernel.papers.taking.mappings import keep_mapping, list_mappings, remove_mapping
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import hand_out

room = Room("导入", personal=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Token = Annotated[str, Field(max_length=64)]


class UploadIn(In):
    """Of which kind a file is: workbook, or one of the nouns."""

    kind: Word


class UploadOut(Out):
    """A file that waits for a day, and the job that checks it."""

    token: str
    kind: str
    name: str
    job: JobOut | None


class OurColumnOut(Out):
    """A column of ours: what it is called, whether a file must have it, and under which header this file has it."""

    code: str
    header: str
    required: bool
    found_in: str | None


class ColumnsOut(Out):
    """A look into a file: its sheets, where its header is, the first rows; and the mapping that would be proposed.

    ``complete``: it can be read as it is. ``content`` is the proposal as PUT …/mapping takes it, empty where a choice
    is still to be made; ``kept`` is the kept mapping that it comes from.
    """

    sheets: list[str]
    sheet: str
    header_row: int
    headers: list[str]
    first_rows: list[list[str]]
    columns: list[OurColumnOut]
    complete: bool
    content: str
    kept: Ref | None


class TakeIn(In):
    """How a file is taken: whole or only its right rows; with changes of what is known or not."""

    how: Literal["whole", "update", "partial", "partial-update"]


class MappingIn(In):
    """A mapping: the text of its file (TOML)."""

    kind: Word
    name: Annotated[Word, Field(max_length=64)]
    content: Text


class ContentIn(In):
    """The mapping by which a file is read."""

    content: Text


class MappingOut(Out):
    """A kept mapping."""

    id: int
    kind: str
    name: str
    content: str


@room.writes("/imports", UploadOut, right=Right.ADMINISTER, status=201)
def upload(
    request: Call, told: Annotated[UploadIn, Form()], file: Annotated[UploadedFile, File()]
) -> Status[UploadOut]:
    """发一个文件来检查，什么也不写入；检查是一件后台工作。"""
    if told.kind != WORKBOOK and told.kind not in KINDS:
        raise Refused("guarantee.imports.kind", "没有这种文件。", where="kind")
    kept = uploads.keep(kind=told.kind, file=file)
    return Status(201, _begin(request, kept, ""))


@room.reads("/imports/{token}", UploadOut, right=Right.ADMINISTER)
def one(request: Call, token: Token) -> UploadOut:
    """一个文件检查或导入得怎样；结果在 job.result。"""
    kept, seen = uploads.find(token), find_latest(token)
    if kept is None and seen is None:
        raise Http404
    name, kind = (kept.name, kept.kind) if kept else (seen.job.name, "") if seen else ("", "")
    return UploadOut(token=token, kind=kind, name=name, job=job_out(seen) if seen else None)


@room.reads("/imports/{token}/columns", ColumnsOut, right=Right.ADMINISTER)
def columns(request: Call, token: Token) -> ColumnsOut:
    """一个文件的表头、前几行，和建议的映射；整本工作簿没有。"""
    kept = _upload(token)
    if kept.kind == WORKBOOK:
        raise Http404
    looked, form, fitting = propose_columns(kept)
    noun = KINDS[kept.kind]
    try:
        content = write_mapping(form.said(), about=f"{noun.title} · {kept.name}")
    except Refused:
        content = ""
    ours = [
        OurColumnOut(code=one.code, header=one.header, required=one.required, found_in=looked.matched.get(one.code))
        for one in noun.columns
    ]
    return ColumnsOut(
        sheets=looked.sheets,
        sheet=looked.sheet,
        header_row=looked.header_row,
        headers=looked.headers,
        first_rows=looked.samples,
        columns=ours,
        complete=looked.complete,
        content=content,
        kept=ref(fitting),
    )


@room.writes("/imports/{token}/check", UploadOut, right=Right.ADMINISTER)
def check(request: Call, token: Token) -> UploadOut:
    """再检查一次。"""
    return _begin(request, _upload(token), "")


@room.writes("/imports/{token}/take", UploadOut, right=Right.ADMINISTER, waits=ProposalOut)
def take(request: Call, token: Token, body: TakeIn) -> Status[Any]:
    """导入这个文件；改动已有数据、岗位或分类的答 202 和提请的事，批准后才导入。"""
    kept, seen = _upload(token), find_latest(token)
    outcome = seen.job.result if seen and seen.state == JobState.DONE else {}
    if seen is None or not outcome:
        raise Refused("guarantee.imports.unchecked", "这个文件还没有检查完，请先检查。")
    how = plainest(outcome, body.how)
    if not needs_eyes(outcome, how) or not is_on(IMPORT.code):
        return Status(200, _begin(request, kept, how))
    asked = ask_import(kept, how=how, seen=seen.job, by=request.person, on=request.today, door=DOOR)
    return accepted(request, asked) or Status(200, _told(kept))


@room.writes("/imports/{token}/mapping", UploadOut, right=Right.ADMINISTER, method="PUT")
def map_by(request: Call, token: Token, body: ContentIn) -> UploadOut:
    """改用这个映射读文件，并再检查一次。"""
    kept = _upload(token)
    read_mapping(text=body.content, name=kept.name)
    uploads.map_by(kept, body.content)
    return _begin(request, kept, "")


@room.serves("/imports/{token}/marked.xlsx", XLSX, right=Right.ADMINISTER)
def marked(request: Call, token: Token) -> HttpResponse:
    """标出差错的文件，按 Accept-Language 的语言。"""
    copy = uploads.find_marked(_upload(token))
    if copy is None:
        raise Http404
    seen = find_latest(token)
    faults = seen.job.result.get("fault_count", 0) if seen else 0
    content = records.read_file(copy.sha256)
    return hand_out(request, content, name=MARKED, content_type=XLSX, kind="marked", rows=faults, door=DOOR)


@room.reads("/import-mappings", list[MappingOut], right=Right.ADMINISTER)
def mappings(request: Call) -> list[MappingOut]:
    """保存的映射。"""
    return [_mapping(one) for one in list_mappings()]


@room.writes("/import-mappings", MappingOut, right=Right.ADMINISTER, status=201)
def keep(request: Call, body: MappingIn) -> Status[MappingOut]:
    """保存一个映射；同名的被替换。"""
    if body.kind not in KINDS:
        raise Refused("guarantee.imports.kind", "没有这种文件。", where="kind")
    kept = keep_mapping(kind=body.kind, name=body.name, content=body.content, actor=request.person.actor, door=DOOR)
    return Status(201, _mapping(kept))


@room.writes("/import-mappings/{mapping}", MappingOut, right=Right.ADMINISTER, method="DELETE")
def remove(request: Call, mapping: Pk) -> MappingOut:
    """删除一个映射。"""
    found = get_object_or_404(ImportMapping, pk=mapping)
    told = _mapping(found)
    remove_mapping(mapping=found, actor=request.person.actor, door=DOOR)
    return told


def _upload(token: str) -> ImportUpload:
    found = uploads.find(token)
    if found is None:
        raise Http404
    return found


def _begin(request: Call, kept: ImportUpload, how: str) -> UploadOut:
    kind: Any = TAKE if how else CHECK
    wish = wish_of(kept, how=how, door=DOOR)
    start(kind=kind.code, by=request.person.actor, wish=wish, name=kept.name, reference=kept.token)
    return _told(kept)


def _told(kept: ImportUpload) -> UploadOut:
    seen = find_latest(kept.token)
    return UploadOut(token=kept.token, kind=kept.kind, name=kept.name, job=job_out(seen) if seen else None)


def _mapping(one: ImportMapping) -> MappingOut:
    return MappingOut(id=one.pk, kind=one.kind, name=one.name, content=one.content)
