"""Importing on a page: columns mapped by hand, the mapping kept, every fault shown by its kind."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from baohou.core.errors import Refused
from baohou.guarantee.imports import take
from baohou.guarantee.models import GradeChange, Guarantee
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.papers.models import ImportMapping
from baohou.kernel.papers.reading import load_mapping
from baohou.kernel.papers.reading.mapping import parse_mapping, read_mapping
from baohou.kernel.papers.reading.mapping_text import write_mapping
from baohou.kernel.papers.taking.mappings import keep_mapping
from tests.cast import FOOD, PAPER, Cast, Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db
SBA = Path(__file__).resolve().parents[2] / "examples" / "sba-california"
THEIRS = "客户证号,等级,自何日起,原因说明,谁评的\n"
GRADES = {
    "client_id_no-0-source": "客户证号",
    "grade-0-source": "等级",
    "grade-0-words": "A = 良好\nC = 关注",
    "effective_on-0-source": "自何日起",
    "because-0-source": "原因说明",
    "by-0-source": "=",
    "by-0-always": "周丁",
}


class _Fields(HTMLParser):
    """What a browser would send of a page's mapping form as it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: dict[str, str] = {}
        self.within, self.select, self.area, self.option = False, "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.within = "data-mapping" in given
        elif not self.within:
            return
        elif tag == "input" and given.get("name"):
            self.sent[given["name"]] = given.get("value", "")
        elif tag == "select":
            self.select = given["name"]
            self.sent[self.select] = ""
        elif tag == "textarea":
            self.area = given["name"]
            self.sent[self.area] = ""
        elif tag == "option" and "selected" in given:
            self.option = self.select
            self.sent[self.select] = given.get("value", "")
            if "value" in given:
                self.option = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] += data
        elif self.option:
            self.sent[self.option] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "option":
            self.option = ""
        elif tag == "form":
            self.within = False


def form_of(browser: Client, address: str) -> dict[str, str]:
    fields = _Fields()
    fields.feed(browser.get(address).content.decode())
    return fields.sent


def send(browser: Client, kind: str, content: str | bytes, name: str = "") -> str:
    data = content.encode() if isinstance(content, str) else content
    answer = browser.post("/imports/", {"kind": kind, "file": SimpleUploadedFile(name or f"{kind}.csv", data)})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_headers_that_are_not_known_are_chosen_by_hand_and_kept(evening: Portfolio, enter: Enter) -> None:
    """郑辛 has a bank's table of grades: likeness proposes some, words and a fixed person are added, a name keeps it."""
    browser = enter(evening.cast.admin)
    columns = send(browser, "grades", f"{THEIRS}{FOOD},C,2026-09-30,季末,x\n")
    assert columns.endswith("/columns/")
    page = browser.get(columns).content.decode()
    assert FOOD in page and "自何日起" in page
    assert form_of(browser, columns)["client_id_no-0-source"] == "客户证号"
    answer = browser.post(columns, {**GRADES, "name": "银行的分类", "do": "check"})
    check = str(answer["Location"])
    assert "没有差错，可以导入" in read(browser, check)
    browser.post(check, {"take": "whole"})
    change = GradeChange.objects.get()
    assert (change.client, change.by.name) == (evening.food, "周丁")
    kept = ImportMapping.objects.get()
    assert (kept.name, kept.by) == ("银行的分类", "X01")
    text = browser.get(f"/imports/mappings/{kept.pk}/mapping.toml").content.decode()
    assert read_mapping(text=text, name="m").columns["grade"][0].words == {"A": "良好", "C": "关注"}
    assert Act.objects.filter(verb="mappings.keep", by="X01", door="page").exists()


def test_a_kept_mapping_is_proposed_for_a_file_with_the_same_headers(evening: Portfolio, enter: Enter) -> None:
    """The next quarter's table comes: its columns are filled in as last time; in a table of other headers they are not."""
    browser = enter(evening.cast.admin)
    first = send(browser, "grades", f"{THEIRS}{FOOD},C,2026-09-30,季末,x\n")
    browser.post(first, {**GRADES, "name": "银行的分类", "do": "check"})
    columns = send(browser, "grades", f"{THEIRS}{PAPER},A,2026-09-30,季末,x\n")
    assert "已按它填好" in read(browser, columns)
    form = form_of(browser, columns)
    assert form["grade-0-words"] == "A = 良好\nC = 关注" and form["by-0-always"] == "周丁"
    check = str(browser.post(columns, {**form, "do": "check"})["Location"])
    assert "没有差错，可以导入" in read(browser, check)
    other = send(browser, "grades", f"号,等级\n{PAPER},A\n")
    assert "已按它填好" not in read(browser, other)


def test_a_kept_mapping_is_replaced_and_removed_with_its_history(evening: Portfolio, enter: Enter) -> None:
    """Keeping again under the same name shows before and after; removing leaves its content in the history."""
    for header in ("等级", "级别"):
        content = f'[columns]\ngrade = "{header}"\n'
        keep_mapping(kind="grades", name="银行", content=content, actor="X01", door="page")
    kept = ImportMapping.objects.get()
    assert "级别" in kept.content
    browser = enter(evening.cast.admin)
    browser.post(f"/imports/mappings/{kept.pk}/remove/")
    assert not ImportMapping.objects.exists()
    changes = Change.objects.filter(table="papers.ImportMapping").order_by("pk")
    assert ["等级" in str(one.before) for one in changes] == [False, True, False]
    assert [one.after is None for one in changes] == [False, False, True]
    with pytest.raises(Refused):
        keep_mapping(kind="grades", name=" ", content="", actor="X01", door="page")


def test_the_real_portfolio_by_page_comes_out_as_by_command(cast: Cast, enter: Enter) -> None:
    """The 2,102 loans of California: mapping.toml, filled into the page and sent back, says and does the same."""
    by_command = load_mapping(path=SBA / "mapping.toml")
    expected = take(kind="portfolio", path=SBA / "portfolio.csv", mapping=SBA / "mapping.toml", dry_run=True)
    browser = enter(cast.admin)
    toml = SimpleUploadedFile("mapping.toml", (SBA / "mapping.toml").read_bytes())
    browser.post("/imports/mappings/", {"kind": "portfolio", "name": "加州", "file": toml})
    columns = send(browser, "portfolio", (SBA / "portfolio.csv").read_bytes())
    form = form_of(browser, columns)
    answer = browser.post(columns, {**form, "name": "", "do": "check"})
    check = str(answer["Location"])
    context = browser.get(check).context
    by_page = read_mapping(text=context["upload"].mapping, name="mapping")
    assert (by_page.columns, by_page.refusals) == (by_command.columns, by_command.refusals)
    outcome = context["outcome"]
    assert outcome["fault_count"] == len(expected.faults) > 0
    assert {name: outcome["parts"][0][name] for name in expected.counts["portfolio"]} == expected.counts["portfolio"]
    browser.post("/imports/", {"kind": "staff", "file": SimpleUploadedFile("s.csv", (SBA / "staff.csv").read_bytes())})
    staff = take(kind="staff", path=SBA / "staff.csv", update=True, partial=True)
    assert staff.taken
    browser.post(check, {"take": "partial"})
    by_file = take(kind="portfolio", path=SBA / "portfolio.csv", mapping=SBA / "mapping.toml", dry_run=True)
    assert by_file.parts[0].same == Guarantee.objects.count() > 2000
    assert by_file.parts[0].new == by_file.parts[0].changed == 0


def test_bad_input_of_a_mapping_loses_nothing(evening: Portfolio, enter: Enter) -> None:
    """A line of words without its =: the page says which column is meant, and all that was typed is still there."""
    browser = enter(evening.cast.admin)
    columns = send(browser, "grades", f"{THEIRS}{FOOD},C,2026-09-30,季末,x\n")
    answer = browser.post(columns, {**GRADES, "grade-0-words": "A 良好", "name": "银行", "do": "check"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "应写成：左边 = 右边" in page
    fields = _Fields()
    fields.feed(page)
    assert fields.sent["grade-0-words"] == "A 良好" and fields.sent["by-0-always"] == "周丁"
    assert fields.sent["name"] == "银行"
    assert not ImportMapping.objects.exists()


def test_another_case_is_added_and_what_was_typed_stays(evening: Portfolio, enter: Enter) -> None:
    browser = enter(evening.cast.admin)
    columns = send(browser, "grades", f"{THEIRS}{FOOD},C,2026-09-30,季末,x\n")
    fields = _Fields()
    fields.feed(browser.post(columns, {**GRADES, "do": "add:grade"}).content.decode())
    assert fields.sent["grade-1-source"] == "" and fields.sent["grade-0-words"] == GRADES["grade-0-words"]


def test_sums_in_ten_thousands_are_not_read_as_yuan(evening: Portfolio, enter: Enter) -> None:
    """放款额（万元） resembles no known header with a unit: ×10000 is proposed, and asked for when it is taken away."""
    browser = enter(evening.cast.admin)
    text = "编号,担保的金额（万元）\nP1,100\n"
    columns = send(browser, "portfolio", text)
    form = form_of(browser, columns)
    assert (form["amount-0-source"], form["amount-0-times"]) == ("担保的金额(万元)", "10000")
    answer = browser.post(columns, {**form, "amount-0-times": "", "do": "check"})
    assert "不是以元为单位" in answer.content.decode()


def test_titles_above_the_header_and_its_row_by_hand(evening: Portfolio, enter: Enter) -> None:
    """Two lines of title stand above headers that nobody knows: the third row is taken for the header, or the one named."""
    browser = enter(evening.cast.admin)
    columns = send(browser, "grades", f"分类表,,,,\n2026年三季度,,,,\n甲,乙,丙,丁,戊\n{FOOD},C,2026-09-30,季末,x\n")
    assert "表头在第 3 行" in read(browser, columns)
    again = browser.post(columns, {"file-header_row": "4", "do": "look"}).content.decode()
    assert "表头在第 4 行" in again
    assert "应为正整数" in browser.post(columns, {"file-header_row": "x", "do": "look"}).content.decode()


def test_all_faults_are_told_by_their_kind(evening: Portfolio, enter: Enter) -> None:
    """60 unknown clients and one wrong day: two kinds with their counts, the first 50 of the many, the rest in the .xlsx."""
    browser = enter(evening.cast.admin)
    rows = [f"X:{n},关注,2026-09-30,季末,周丁" for n in range(60)]
    check = send(
        browser, "grades", "证件号码,风险分类,生效日,理由,评定人\n" + "\n".join([*rows, f"{FOOD},关注,某日,x,周丁"])
    )
    outcome = browser.get(check).context["outcome"]
    assert outcome["fault_count"] == sum(group["count"] for group in outcome["groups"]) >= 61
    assert max(group["count"] for group in outcome["groups"]) == 60
    assert "还有 10 处，见标出差错的表" in read(browser, check)
    assert browser.get(f"{check}marked.xlsx").status_code == 200


def test_only_administrators_import_and_map(evening: Portfolio, enter: Enter) -> None:
    """赵己 manages risk, not the installation: 403 at every door; an unknown token is not found."""
    admin = enter(evening.cast.admin)
    columns = send(admin, "grades", f"{THEIRS}{FOOD},C,2026-09-30,季末,x\n")
    kept = keep_mapping(kind="grades", name="银行", content='[columns]\ngrade = "等级"\n', actor="X01", door="page")
    browser = enter(evening.cast.risk_manager)
    for address in (columns, "/imports/mappings/", f"/imports/mappings/{kept.pk}/mapping.toml"):
        assert browser.get(address).status_code == 403
    assert browser.post(f"/imports/mappings/{kept.pk}/remove/").status_code == 403
    assert admin.get("/imports/aaaaaaaaaaaaaaaaaaaaaaaa/columns/").status_code == 404
    assert admin.get("/imports/..%2F..%2Fx/columns/").status_code == 404


@pytest.mark.parametrize("kind", ["grades", "workbook"])
def test_a_file_that_cannot_be_opened_says_why_at_once(evening: Portfolio, enter: Enter, kind: str) -> None:
    broken = SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken")
    answer = enter(evening.cast.admin).post("/imports/", {"kind": kind, "file": broken})
    assert answer.status_code == 200
    assert "文件“a.xlsx”不完好" in answer.content.decode()


def test_a_table_with_macros_is_refused_on_the_page(evening: Portfolio, enter: Enter) -> None:
    """张甲's ledger of many years has a macro: she is told to save it as .xlsx, and nothing waits to be taken."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/vbaProject.bin", "x")
    sent = SimpleUploadedFile("台账.xlsm", out.getvalue())
    page = enter(evening.cast.admin).post("/imports/", {"kind": "grades", "file": sent}).content.decode()
    assert "文件“台账.xlsm”里有宏，不收" in page


def test_a_request_larger_than_any_may_be_is_told_so(evening: Portfolio, enter: Enter, settings: Settings) -> None:
    """413 with the limit: by the length that is said, and by what a form holds besides its files."""
    settings.LARGEST_BODY_MB = 1
    browser = enter(evening.cast.admin)
    large = SimpleUploadedFile("a.csv", b"x" * (2 << 20))
    answer = browser.post("/imports/", {"kind": "grades", "file": large})
    assert answer.status_code == 413
    assert "一次最多 1 MB" in answer.content.decode()
    settings.LARGEST_BODY_MB = 64
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = browser.post("/imports/", {"kind": "grades" * 1000})
    assert answer.status_code == 413


def test_a_mapping_is_written_as_it_is_read() -> None:
    """Quotes, backslashes, lists, days and numbers survive."""
    said = parse_mapping(text=(SBA / "mapping.toml").read_text(), name="m")
    assert parse_mapping(text=write_mapping(said, about="一\n二"), name="m") == said
    odd = {"columns": {"a": 'x"\\y', "b": {"from": "列 名", "words": {"a b": "c", "*": "d\n"}}}, "constants": {"c": ""}}
    assert parse_mapping(text=write_mapping(odd), name="m") == odd


def test_faults_and_the_marked_file_are_told_in_the_readers_language(portfolio: Portfolio, enter: Enter) -> None:
    """A day that does not exist, read in Chinese and in English, on the page and in the file; what was typed stays."""
    admin = enter(portfolio.cast.admin)
    number = portfolio.steel.id_no
    lines = f"证件号码,风险分类,生效日,理由,评定人\n{number},关注,2026-02-30,x,M01\n{number},优等,2026-09-30,x,M01\n"
    sent = admin.post("/imports/", {"kind": "grades", "file": SimpleUploadedFile("g.csv", lines.encode())})
    where = sent.headers["Location"]
    chinese = admin.get(where).content.decode()
    assert "没有这一天，请核对月和日" in chinese
    admin.cookies["django_language"] = "en"
    english = admin.get(where).content.decode()
    assert "There is no such day; please check month and day" in english
    assert "write one of Good (good), Normal (normal), Watch (watch), Risk (risk)" in english
    assert "2026-02-30" in english and "优等" in english
    listed = {language: _listed(admin, where, language) for language in ("zh-hans", "en")}
    assert listed["zh-hans"][0] == ("工作表", "行", "列", "值", "问题和办法")
    assert listed["zh-hans"][1][-1] == "没有这一天，请核对月和日"
    assert listed["en"][1][-1] == "There is no such day; please check month and day"


def _listed(browser: Client, where: str, language: str) -> list[tuple[object, ...]]:
    browser.cookies["django_language"] = language
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{where}marked.xlsx").content))
    return list(book.worksheets[0].iter_rows(values_only=True))
