"""Workbooks and documents (Office Open XML): which of them it is, and nothing in it that runs, hides or reaches out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final
from xml.parsers import expat

from baohou.core.errors import Refused
from baohou.kernel.papers.inspecting.acting import acting_formula
from baohou.kernel.papers.inspecting.kinds import Kind
from baohou.kernel.papers.inspecting.zipped import open_archive

_MAIN: Final = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Kind.XLSX,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Kind.DOCX,
}
_MACROS: Final = re.compile(r"macro|vba|addin|attachedtoolbars|dialogsheet|xl/dialogsheets/", re.I)
_CONTROLS: Final = re.compile(r"activex|/control\b|ctrlprops?|\.ocx|controlproperties", re.I)
_EMBEDDED: Final = re.compile(
    r"oleobject|embeddings/|embedded|/package$|afchunk|\.(?:bin|exe|dll|js|vbs|html?|zip|rtf)$", re.I
)
_LINKED: Final = re.compile(r"externallink|/connections|connections\+xml|querytable|ddelink|customdata", re.I)
_HARMLESS_BIN: Final = re.compile(r"printerSettings|spreadsheetml\.printerSettings", re.I)
_SHOWN: Final = 40
"""So much of a formula is shown."""
_LARGEST_LIST: Final = 4 << 20
_FIELDS: Final = re.compile(rb"\bDDE(?:AUTO)?\b|\bINCLUDETEXT\b", re.I)
_TAG: Final = re.compile(rb"<[^>]*>")


def look_into(file: BinaryIO, *, name: str, table: bool) -> Kind | None:
    """Which kind a zipped file is; None when it is no workbook and no document. Refused as said above."""
    try:
        with open_archive(file, name=name, table=table) as archive:
            return _kind(archive, name, table=table)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        expat.ExpatError,
        KeyError,
        NotImplementedError,
        OSError,
    ) as error:
        raise broken(name) from error


def broken(name: str) -> Refused:
    """The refusal of a file that is not what it looks like."""
    return Refused(
        "papers.file.broken",
        "文件“%(name)s”不完好（可能下载不全，或只是改了扩展名）；请用办公软件打开后另存为 .xlsx 或 .docx 再传。",
        where=name,
        name=name,
    )


def _kind(archive: zipfile.ZipFile, name: str, *, table: bool) -> Kind | None:
    parts = {part.filename.lower(): part.filename for part in archive.infolist()}
    listed = parts.get("[content_types].xml")
    if listed is None:
        return None
    types = [tag for tag in _tags(archive, listed) if "ContentType" in tag]
    _refuse_parts(name, [*parts, *(tag["ContentType"] for tag in types)])
    kinds = {kind for tag in types if (kind := _MAIN.get(tag["ContentType"]))}
    for rels in (part for lower, part in parts.items() if lower.endswith(".rels")):
        _refuse_relations(name, list(_tags(archive, rels)))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is Kind.DOCX:
        _refuse_fields(archive, name)
    elif not table and (formula := acting_formula(archive)):
        # Of a table that is imported only the results are read, and it is handed to nobody.
        raise _acts(name, formula)
    return kind


def _tags(archive: zipfile.ZipFile, part: str) -> Iterator[dict[str, str]]:
    """The attributes of each tag of a small part; a document type, which could define entities, is damage."""
    if archive.getinfo(part).file_size > _LARGEST_LIST:
        raise zipfile.BadZipFile("a list that is too long")
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile("a document type")

    parser.StartElementHandler = lambda _tag, attributes: found.append(attributes)
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(archive.read(part), True)
    return iter(found)


def _refuse_parts(name: str, told: list[str]) -> None:
    for one in told:
        if _MACROS.search(one):
            raise _has_macros(name)
        if _CONTROLS.search(one):
            raise _has_controls(name)
        if _LINKED.search(one):
            raise _has_links(name)
        if _EMBEDDED.search(one) and not _HARMLESS_BIN.search(one):
            raise _has_objects(name)


def _refuse_relations(name: str, relations: list[dict[str, str]]) -> None:
    """Hyperlinks may lead out; nothing else may: a template or picture from elsewhere is fetched when it is opened."""
    for one in relations:
        kind = one.get("Type", "")
        if one.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise _has_links(name)
        _refuse_parts(name, [kind])


def _refuse_fields(archive: zipfile.ZipFile, name: str) -> None:
    """Fields of a document that start programs or fetch texts, also when they are written in pieces."""
    for part in archive.namelist():
        if part.startswith("word/") and part.endswith(".xml") and "/theme/" not in part:
            content = archive.read(part)
            told = re.findall(rb"<w:instrText[^>]*>([^<]*)|w:instr=\"([^\"]*)\"", content)
            if _FIELDS.search(_TAG.sub(b"", b"".join(first or second for first, second in told))):
                raise _has_links(name)


def _has_macros(name: str) -> Refused:
    return Refused(
        "papers.file.macros",
        "文件“%(name)s”里有宏，不收；请另存为不带宏的 .xlsx 或 .docx（文件类型选“工作簿”或“文档”）再传。",
        where=name,
        name=name,
    )


def _has_controls(name: str) -> Refused:
    return Refused(
        "papers.file.controls",
        "文件“%(name)s”里有按钮、下拉框等控件，不收；请删去控件，另存一次再传。",
        where=name,
        name=name,
    )


def _has_objects(name: str) -> Refused:
    return Refused(
        "papers.file.objects",
        "文件“%(name)s”里嵌有别的文件或对象，看不到里面；请把它们删去，要交的另外单独上传。",
        where=name,
        name=name,
    )


def _acts(name: str, formula: str) -> Refused:
    return Refused(
        "papers.file.formulas",
        "文件“%(name)s”里有会取外面的东西、或一点就往外走的公式（=%(formula)s），不收；请把它换成值，保存一次再传。",
        where=name,
        name=name,
        formula=formula.strip().removeprefix("=")[:_SHOWN],
    )


def _has_links(name: str) -> Refused:
    return Refused(
        "papers.file.links",
        "文件“%(name)s”连着别的文件或外部数据，不收；请断开链接（数据 → 编辑链接 → 断开链接），保存一次再传。",
        where=name,
        name=name,
    )
