"""Mapping files: other headers, codes and units read as ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from baohou.kernel.papers.reading import Column, Reading, load_mapping, read_code, read_date, read_fen, read_table
from baohou.kernel.papers.reading.cases import add_months
from baohou.kernel.papers.reading.mapping import WrongMapping

COLUMNS = (
    Column("project_no", "项目编号", read_code),
    Column("issued_on", "起始日", read_date),
    Column("released_on", "解保日", read_date, required=False),
    Column("amount", "担保金额", read_fen),
    Column("department", "业务部门", read_code),
)
MAPPING = """
[columns]
project_no = { from = "Loan", first = 4, prefix = "L-" }
issued_on = { from = "Start", days_since = 1960-01-01 }
released_on = [
    { when = { Status = "OFF" }, from = "Off", days_since = "1960-01-01" },
    { when = { Status = "PAID" }, from = "Start", days_since = 1960-01-01, plus_months = "Term" },
    { when = { Status = "" }, always = "" },
]
amount = { from = "Thousands", times = 1000 }
department = { from = "Zip", words = { 90 = "一部", "*" = "二部" } }

[[refuse]]
when = { Status = "PAID", Off = "*" }
because = "矛盾"
"""
HEADER = "Loan,Start,Off,Term,Status,Thousands,Zip\n"


def read(folder: Path, rows: str, mapping: str = MAPPING) -> Reading:
    (folder / "a.csv").write_text(HEADER + rows)
    (folder / "m.toml").write_text(mapping)
    return read_table(path=folder / "a.csv", columns=COLUMNS, mapping=load_mapping(path=folder / "m.toml"))


def test_day_numbers_terms_and_statuses_become_dates(tmp_path: Path) -> None:
    """SAS day 17197 is 31 January 2007; one month later is the last of February; 17500 is 30 November 2007."""
    reading = read(tmp_path, "12345,17197,,1,PAID,1.5,90\n12346,17197,17500,9,OFF,2,91\n12347,17197,,9,,2,90\n")
    assert not reading.faults
    start = date(2007, 1, 31)
    assert [row.values for row in reading.rows] == [
        ("L-1234", start, date(2007, 2, 28), 150_000, "一部"),
        ("L-1234", start, date(2007, 11, 30), 200_000, "二部"),
        ("L-1234", start, None, 200_000, "一部"),
    ]


def test_rows_are_refused_for_the_reason_that_the_mapping_gives(tmp_path: Path) -> None:
    reading = read(tmp_path, "1,17197,17500,1,PAID,1,90\n")
    assert [(fault.row, fault.column, fault.message) for fault in reading.faults] == [(2, "Off", "矛盾")]


def test_unknown_words_and_cases_and_blanks_are_faults(tmp_path: Path) -> None:
    mapping = MAPPING.replace(', "*" = "二部"', "")
    reading = read(tmp_path, "1,,,1,PAID,1,90\n2,17197,,1,LOST,x,91\n", mapping)
    assert [(fault.row, fault.column) for fault in reading.faults] == [
        (2, "起始日（Start）"), (3, "解保日（Off）"), (3, "担保金额（Thousands）"), (3, "业务部门（Zip）"),
    ]  # fmt: skip


def test_a_header_that_the_mapping_names_must_be_there(tmp_path: Path) -> None:
    reading = read(tmp_path, "", MAPPING.replace('"Loan"', '"Lone"'))
    assert not reading.usable
    assert "Lone" in str(reading.faults[0])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[colums]\n", "colums"),
        ("[columns]\namount = { form = 'x' }\n", "columns.amount.form"),
        ("[columns]\namount = { times = 2 }\n", "columns.amount"),
        ("[columns]\namount = 'x'\n[constants]\namount = 1\n", "constants.amount"),
        ("[columns]\nissued_on = { from = 'x', days_since = 'yesterday' }\n", "columns.issued_on.days_since"),
        ("[[refuse]]\nbecause = 'x'\n", "refuse[1]"),
        ("[columns\n", "m.toml"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_key(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(WrongMapping) as refused:
        load_mapping(path=tmp_path / "m.toml")
    assert where in refused.value.where


def test_months_end_where_the_month_ends() -> None:
    assert add_months(date(2008, 1, 31), 1) == date(2008, 2, 29)
    assert add_months(date(2006, 12, 15), 13) == date(2008, 1, 15)
