"""What every paper keeps: embedded Chinese fonts, rare characters, user text that stays text, A4 set-up."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from baohou.guarantee.models import Visit
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers.printing import layout
from baohou.kernel.papers.printing.markup import read
from baohou.kernel.papers.printing.xlsx import sheet_name
from tests.cast import Portfolio
from tests.guarantee.exports.readers import poppler, table, text_of, workbook, written

RARE = "䶮㙍镕堃喆"


def name_steel(portfolio: Portfolio, name: str) -> None:
    portfolio.steel.name = name
    portfolio.steel.save()


@pytest.mark.clause("PGM.15")
def test_a_pdf_is_a4_and_embeds_its_chinese_fonts(portfolio: Portfolio, tmp_path: Path) -> None:
    pdf = written("classification", "pdf")
    assert "(A4)" in poppler("pdfinfo", pdf, tmp_path)
    fonts = poppler("pdffonts", pdf, tmp_path).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert "Noto-Serif-CJK-SC" in font
        assert font.split()[-5] == "yes", "embedded"


def test_rare_characters_of_names_are_printed_in_the_same_font(portfolio: Portfolio, tmp_path: Path) -> None:
    """王䶮, 赵㙍, 钱镕基, 孙堃, 周喆: none falls back to another font, none is lost."""
    name_steel(portfolio, f"{RARE}有限公司")
    pdf = written("classification", "pdf")
    assert RARE in text_of(pdf, tmp_path)
    assert all("Noto-Serif-CJK-SC" in font for font in poppler("pdffonts", pdf, tmp_path).splitlines()[2:])
    assert table("classification")[0]["客户名称"] == f"{RARE}有限公司"


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x","点我")', "=1+1", "+1", "-1", "@SUM(A1)", "http://x.cn", "{=1}", "007", "<b>&amp;"]
)
def test_what_people_wrote_stays_text(portfolio: Portfolio, tmp_path: Path, name: str) -> None:
    name_steel(portfolio, name)
    sheet = workbook("classification").worksheets[0]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == name]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert "".join(name.split()) in text_of(written("classification", "pdf"), tmp_path)


def test_characters_that_no_printer_shows_do_not_break_a_form(portfolio: Portfolio, tmp_path: Path) -> None:
    name_steel(portfolio, "东方\x0b钢铁\x01")
    assert table("classification")[0]["客户名称"] == "东方钢铁"
    assert "东方钢铁" in text_of(written("classification", "pdf"), tmp_path)


def test_a_worksheet_is_set_up_for_a4_with_its_head_on_every_page(portfolio: Portfolio) -> None:
    sheet = workbook("classification").worksheets[0]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.page_setup.fitToWidth in (None, 1), "one page wide"
    assert sheet.page_setup.fitToHeight == 0, "as many pages high as it takes"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_money_is_a_number_with_two_places(portfolio: Portfolio) -> None:
    sheet = workbook("classification").worksheets[0]
    [cell] = [cell for row in sheet.iter_rows(max_row=5) for cell in row if cell.value == 7000000]
    assert (cell.data_type, cell.number_format) == ("n", "#,##0.00")


def test_an_amount_beyond_what_a_number_of_excel_holds_is_exact_text(portfolio: Portfolio) -> None:
    """90,071,992,547,409.93 yuan has 16 digits; a double would show .94."""
    portfolio.second.amount_fen = 9_007_199_254_740_993 - portfolio.first.amount_fen
    portfolio.second.save()
    assert table("classification")[0]["在保金额"] == "90,071,992,547,409.93"


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_a_very_long_text_is_printed_to_its_end(portfolio: Portfolio, tmp_path: Path, kind: str) -> None:
    """A summary of 6,000 characters goes over several pages; no row of a worksheet is higher than Excel's 409 points."""
    Visit.objects.create(
        client=portfolio.steel,
        visited_on=date(2026, 7, 10),
        kind=VisitKind.REGULAR,
        by=portfolio.cast.a,
        summary="经营正常。" * 1199 + "到此为止。",
    )
    paper = written("visit-report", kind)
    if kind == "pdf":
        text = re.sub("第.页共.页", "", text_of(paper, tmp_path))
        assert text.count("经营正常") == 1199
        assert "到此为止" in text
        return
    sheet = load_workbook(io.BytesIO(paper)).worksheets[1]
    heights = [row.height for row in sheet.row_dimensions.values() if row.height]
    assert max(heights) <= 409
    assert sum(heights) > 6000 / 45 * 14


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_worksheet_names_are_all_accepted_and_different(wanted: list[str]) -> None:
    taken: set[str] = set()
    names = [sheet_name(name, taken) for name in wanted]
    assert len({name.lower() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name


def test_a_text_takes_the_lines_that_its_width_asks() -> None:
    """Twelve Chinese characters are 24 narrow ones: two lines in a cell of 13, and an empty line is a line."""
    assert layout.lines("担保公司保后管理回访报告", 25) == 1
    assert layout.lines("担保公司保后管理回访报告", 13) == 2
    assert layout.lines("一\n\n二", 30) == 3


def test_reading_a_form_keeps_dates_and_numbers_exact() -> None:
    """The markup that a template may use, read back."""
    form = read(
        '<body class="wide"><table><colgroup><col style="width: 9mm"></colgroup><tr style="height: 8mm">'
        '<td><time datetime="2026-09-30">2026-09-30</time></td><td><data value="0.10">0.10</data></td></tr></table>'
    )
    [row] = form.blocks[0].rows
    assert form.wide
    assert form.widths_mm == [9]
    assert row.height_mm == 8
    day, amount = (cell.value for cell in row.cells)
    assert day == date(2026, 9, 30)
    assert str(amount) == "0.10"
