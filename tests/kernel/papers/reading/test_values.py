"""Single cells: dates, amounts, quarters, currencies, codes, as offices write them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baohou.core.money import format_yuan
from baohou.kernel.papers.reading import (
    Unreadable,
    read_code,
    read_currency,
    read_date,
    read_fen,
    read_quarter,
    read_text,
    read_wan,
)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-09-30", "2026/9/30", "2026.9.30", "2026年9月30日", "2026年09月30日", "20260930", "２０２６－０９－３０",
        " 2026 年 9 月 30 日 ", "2026-09-30 00:00:00", "2026-09-30T08:15:00", date(2026, 9, 30), datetime(2026, 9, 30, 17),
        20260930.0, 20260930, 46295.0, 46295, "46295",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_was_written(cell: object) -> None:
    """30 September 2026 as text in seven ways, as a date cell, and as Excel's day number 46295."""
    assert read_date(cell) == date(2026, 9, 30)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    ["9/30/2026", "26-9-30", "2026-02-29", "2026-13-01", "2026年9月", "今天", 3.5, True, time(8), "1026-01-01", 12],
)
def test_what_is_no_day_or_could_be_two_is_refused(cell: object) -> None:
    with pytest.raises(Unreadable):
        read_date(cell)  # type: ignore[arg-type]


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_survives_the_ways_of_writing_it(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for cell in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", serial, float(serial)):
        assert read_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("1000000", "1000000.00"), ("1,000,000.50", "1000000.50"), ("￥500", "500.00"), ("100万元", "1000000.00"),
        ("1.2345万", "12345.00"), ("1.2亿元", "120000000.00"), ("１００．５", "100.50"), (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"), (1000000, "1000000.00"), ("12 345.60元", "12345.60"), ("0", "0.00"), ("1,234万元", "12340000.00"),
    ],
)  # fmt: skip
def test_an_amount_in_yuan_is_exact(cell: object, yuan: str) -> None:
    assert format_yuan(read_fen(cell)) == yuan  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["1.234", "-5", "1,5", "1,5万", "一百万", "USD 5", "", "1e6", date(2026, 1, 1), "9" * 20]
)
def test_a_doubtful_amount_is_refused(cell: object) -> None:
    with pytest.raises(Unreadable):
        read_fen(cell)  # type: ignore[arg-type]


def test_a_header_in_wan_counts_in_wan() -> None:
    """担保金额（万元）: 12.5 is 125,000 yuan."""
    assert read_wan("12.5") == 12_500_000
    assert read_wan(300.0) == 300_000_000


def test_a_quarter_is_its_last_day() -> None:
    for cell in ("2026Q3", "2026q3", "2026年第三季度", "2026年3季度", date(2026, 9, 30), "2026-09-30"):
        assert read_quarter(cell) == date(2026, 9, 30)
    for wrong in ("2026Q5", "2026", date(2026, 9, 29), "三季度"):
        with pytest.raises(Unreadable):
            read_quarter(wrong)


def test_a_currency_is_an_iso_code_or_a_common_word() -> None:
    assert [read_currency(cell) for cell in ("cny", "人民币", "ＵＳＤ", "美元")] == ["CNY", "CNY", "USD", "USD"]
    with pytest.raises(Unreadable):
        read_currency("QQQ")


def test_a_number_typed_where_a_code_belongs_is_written_out() -> None:
    assert read_code(1001.0) == "1001"
    assert read_code(" Ａ１\u200b-０１ ") == "A1-01"
    assert read_text(2026.0) == "2026"


@pytest.mark.parametrize("cell", [1.10101194912310e17, "1.10101E+17", 10**17])
def test_a_number_that_lost_its_last_digits_is_not_guessed(cell: object) -> None:
    """An 18-digit identity number that Excel kept as a number."""
    with pytest.raises(Unreadable, match="丢失"):
        read_code(cell)  # type: ignore[arg-type]


def test_a_code_that_became_a_date_is_refused() -> None:
    with pytest.raises(Unreadable, match="日期"):
        read_code(date(2026, 3, 1))
