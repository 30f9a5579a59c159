"""Versions laid end to end."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.core.rulebook import Misfit, Span, ends_of, find_misfits

OLD = Span(date(1989, 1, 1), date(2016, 4, 1))
PRESENT = Span(date(2016, 4, 1), None)


@pytest.mark.clause("PGM.0")
def test_a_version_that_ends_where_the_next_begins_fits() -> None:
    assert find_misfits([OLD, PRESENT]) == []
    assert ends_of([OLD, PRESENT]) == [date(2016, 4, 1), None]


@pytest.mark.clause("PGM.0")
def test_a_version_until_replaced_ends_when_the_next_begins() -> None:
    """The rules of 2016, until replaced, end on 1 January 2027 when new ones begin."""
    spans = [PRESENT, Span(date(2027, 1, 1), date(2028, 1, 1))]
    assert find_misfits(spans) == []
    assert ends_of(spans) == [date(2027, 1, 1), date(2028, 1, 1)]


@pytest.mark.clause("PGM.0")
def test_a_gap_and_an_overlap_are_told_apart() -> None:
    late, early = Span(date(2016, 4, 2), None), Span(date(2016, 3, 31), None)
    assert find_misfits([OLD, late]) == [Misfit(OLD, late)]
    assert Misfit(OLD, late).is_gap
    assert find_misfits([OLD, early]) == [Misfit(OLD, early)]
    assert not Misfit(OLD, early).is_gap


def test_no_versions_have_no_ends() -> None:
    assert find_misfits([]) == []
    assert ends_of([]) == []
