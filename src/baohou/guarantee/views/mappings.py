"""Which column of a file is which of ours: chosen on a page, kept under a name, used again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.guarantee.forms.imports import MappingFileForm
from baohou.guarantee.forms.mapping import FIXED, MappingForm, header_row, typed_file
from baohou.guarantee.imports import KINDS, WORKBOOK
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services import uploads
from baohou.guarantee.views.imports import check
from baohou.kernel.papers.handing import file_headers
from baohou.kernel.papers.models import ImportMapping
from baohou.kernel.papers.reading import Mapping
from baohou.kernel.papers.reading.mapping import parse_mapping, read_mapping
from baohou.kernel.papers.reading.mapping_text import write_mapping
from baohou.kernel.papers.reading.peeking import Peek, peek
from baohou.kernel.papers.taking.mappings import find_fitting, keep_mapping, list_mappings, remove_mapping
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

ENCODINGS = ("utf-8", "gb18030", "utf-16")


@door(Right.ADMINISTER, Thing.UPLOAD)
def columns_page(request: Asked, token: str) -> HttpResponse:
    """Say which header is which column of ours; what is kept of it is a mapping file."""
    upload = uploads.find(token)
    if upload is None or upload.kind == WORKBOOK:
        raise Http404
    try:
        return _typed(request, upload) if request.method == "POST" else _asked(request, upload)
    except Refused as refusal:
        return _page(request, upload, None, None, refusal=refusal)


def _asked(request: Asked, upload: ImportUpload) -> HttpResponse:
    looked, form, kept = propose_columns(upload, chosen=request.GET.get("use", ""))
    return _page(request, upload, looked, form, kept=kept)


def propose_columns(upload: ImportUpload, *, chosen: str = "") -> tuple[Peek, MappingForm, ImportMapping | None]:
    """A look into a file, and its columns as a mapping fills them in, with the kept one that did.

    ``chosen`` is the number of a kept mapping, or "none" for likeness alone; else it is the mapping used before, or a
    fitting kept one. Refused as ``peek``.
    """
    columns = KINDS[upload.kind].columns
    kept = list_mappings(kind=upload.kind).filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    said: dict[str, Any] | None = None
    if kept is None and upload.mapping and chosen != "none":
        said = parse_mapping(text=upload.mapping, name=upload.name)
    looked = _peek(upload, read_mapping(text=upload.mapping, name=upload.name) if said is not None else None)
    if kept is None and said is None and chosen != "none":
        kept = find_fitting(kind=upload.kind, headers=looked.headers)
    if kept is not None:
        said = parse_mapping(text=kept.content, name=kept.name)
        looked = _peek(upload, read_mapping(text=kept.content, name=kept.name))
    if said is None:
        form = MappingForm.proposed(columns=columns, peek=looked)
    else:
        form = MappingForm.of(said, columns=columns, peek=looked)
    return looked, form, kept


def _typed(request: Asked, upload: ImportUpload) -> HttpResponse:
    """Take what was typed: another look at the file, another case of a column, or on to the check."""
    columns, do = KINDS[upload.kind].columns, request.POST.get("do", "")
    file = typed_file(request.POST)
    row = header_row(file["header_row"]) if file.get("header_row") else None
    place = Mapping(file.get("sheet"), row, file.get("encoding"), file.get("delimiter"))
    looked = _peek(upload, place)
    if do == "look":
        return _page(request, upload, looked, _looked_again(file, columns, looked))
    form = MappingForm.typed(request.POST, columns=columns, peek=looked)
    if do.startswith("add:"):
        form.add_case(do.removeprefix("add:"))
        return _page(request, upload, looked, form, opened=do.removeprefix("add:"))
    name = request.POST.get("name", "").strip()
    try:
        content = write_mapping(form.said(), about=f"{KINDS[upload.kind].title} · {name or upload.name}")
        read_mapping(text=content, name=_("映射"))
        if name:
            keep_mapping(kind=upload.kind, name=name, content=content, actor=request.person.actor, door="page")
            messages.success(request, _("已保存映射“%(name)s”。") % {"name": name}, extra_tags="ok")
    except Refused as refusal:
        return _page(request, upload, looked, form, refusal=refusal)
    uploads.map_by(upload, content)
    return check(request, upload)


def _looked_again(file: dict[str, str], columns: Any, looked: Peek) -> MappingForm:
    form = MappingForm.proposed(columns=columns, peek=looked)
    form.file = file
    return form


def _peek(upload: ImportUpload, mapping: Mapping | None) -> Peek:
    noun = KINDS[upload.kind]
    with uploads.laid_out(upload.file) as (path, _mapping):
        return peek(path=path, columns=noun.columns, names=(noun.kind, noun.title), mapping=mapping)


def _page(
    request: Asked,
    upload: ImportUpload,
    looked: Peek | None,
    form: MappingForm | None,
    *,
    kept: ImportMapping | None = None,
    refusal: Refused | None = None,
    opened: str = "",
) -> HttpResponse:
    context = {
        "upload": upload,
        "title": KINDS[upload.kind].title,
        "peek": looked,
        "form": form,
        "kept": kept,
        "kept_ones": list_mappings(kind=upload.kind),
        "name": request.POST.get("name", kept.name if kept else ""),
        "refusal": refusal,
        "opened": opened,
        "fixed": FIXED,
        "encodings": ENCODINGS,
        "samples": {header: looked.sample_of(header) for header in looked.headers if header} if looked else {},
    }
    return render(request, "guarantee/import_columns.html", context)


@door(Right.ADMINISTER)
def list_page(request: Asked) -> HttpResponse:
    """The kept mappings; a mapping file of the command can be kept here too."""
    form = MappingFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            content = said["file"].read().decode("utf-8-sig")
            keep_mapping(kind=said["kind"], name=said["name"], content=content, actor=request.person.actor, door="page")
        except UnicodeDecodeError:
            form.add_error("file", _("文字编码不是 UTF-8。"))
        except Refused as refusal:
            form.add_error("file", f"{refusal.where}：{in_words(refusal.message)}")
        else:
            messages.success(request, _("已保存映射“%(name)s”。") % {"name": said["name"]}, extra_tags="ok")
            return redirect("imports.mappings")
    rows = [(mapping, KINDS[mapping.kind].title) for mapping in list_mappings() if mapping.kind in KINDS]
    return render(request, "guarantee/import_mappings.html", {"rows": rows, "form": form})


@door(Right.ADMINISTER, Thing.MAPPING)
def file(request: Asked, pk: int) -> HttpResponse:
    """A kept mapping as a file for the command."""
    mapping = get_object_or_404(ImportMapping, pk=pk)
    name = f"{mapping.kind}-{mapping.name}.toml"
    return HttpResponse(
        mapping.content,
        content_type="application/toml; charset=utf-8",
        headers=file_headers(name),
    )


@require_POST
@door(Right.ADMINISTER, Thing.MAPPING)
def remove(request: Asked, pk: int) -> HttpResponse:
    """Remove a kept mapping."""
    mapping = get_object_or_404(ImportMapping, pk=pk)
    name = mapping.name
    remove_mapping(mapping=mapping, actor=request.person.actor, door="page")
    messages.success(request, _("已删除映射“%(name)s”。") % {"name": name}, extra_tags="ok")
    return redirect("imports.mappings")
