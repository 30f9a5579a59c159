"""Money: yuan as written, fen as kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baohou.core.money import NotAnAmount, format_yuan, sum_by_currency, to_fen, to_yuan

FEN = st.integers(-(10**18), 10**18)


@pytest.mark.clause("PGM.12")
@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("50", 5000),
        ("50.00", 5000),
        ("0.5", 50),
        ("0.01", 1),
        ("-0.50", -50),
        ("1,234.50", 123450),
        ("12,345,678", 1234567800),
        ("12.3400", 1234),
        (" 7 ", 700),
    ],
)
def test_yuan_become_fen_exactly(text: str, fen: int) -> None:
    assert to_fen(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "50元", "1.2.3", "1e3", "0.001", "12.345", "1,23", "1234,567", ",5", ".5", "5.", "五十", "５０", "NaN", "--1"],
)
def test_it_rejects_what_is_no_amount_or_has_parts_of_a_fen(text: str) -> None:
    with pytest.raises(NotAnAmount) as refusal:
        to_fen(text)
    assert refusal.value.code == "core.money.not_an_amount"
    assert f"“{text}”" in refusal.value.message


def test_an_amount_is_shown_with_two_places() -> None:
    """One million two hundred and thirty-four thousand yuan and five fen, as staff write it."""
    assert format_yuan(123400005) == "1234000.05"
    assert format_yuan(123400005, thousands=True) == "1,234,000.05"
    assert format_yuan(-5) == "-0.05"
    assert format_yuan(0) == "0.00"
    assert to_yuan(5000) == Decimal("50.00")


@given(FEN)
def test_nothing_is_lost_between_yuan_and_fen(fen: int) -> None:
    """However large the amount, what is written reads back, with or without thousands."""
    assert to_fen(format_yuan(fen)) == fen
    assert to_fen(format_yuan(fen, thousands=True)) == fen
    assert to_yuan(fen) == Decimal(fen).scaleb(-2)


def test_amounts_of_different_currencies_are_never_added() -> None:
    assert sum_by_currency([("CNY", 100), ("USD", 7), ("CNY", 1)]) == {"CNY": 101, "USD": 7}
    assert sum_by_currency([]) == {}
