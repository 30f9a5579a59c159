"""What values a parameter may have."""

from __future__ import annotations

import pytest

from baohou.core.rulebook import ParameterSpec

DAYS = ParameterSpec("PGM.3", "days_after_issue", "days", low=0, high=366)
MONTHS = ParameterSpec("PGM.4", "good_months", "months")
YUAN = ParameterSpec("PGM.12", "yuan", "fen", low=1, high=10_000_000)
GRADE = ParameterSpec("PGM.7", "default_grade", "code", choices=("good", "normal"))


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (DAYS, 0),
        (DAYS, 366),
        (YUAN, 1),
        (YUAN, 10_000_000),
        (GRADE, "good"),
        *((MONTHS, n) for n in (0, 1, 2, 3, 4, 6, 12)),
    ],
)
def test_a_value_within_the_bounds_has_no_fault(spec: ParameterSpec, value: int | str) -> None:
    assert spec.fault_of(value) is None


@pytest.mark.parametrize(
    ("spec", "value", "said"),
    [
        (DAYS, -1, "不得小于 0"),
        (DAYS, 367, "不得大于 366"),
        (YUAN, 0, "不得小于 0.01"),
        (YUAN, 10_000_001, "不得大于 100000.00"),
        (GRADE, "bad", "应为 good、normal 之一"),
        (MONTHS, 5, "应为 0、1、2、3、4、6、12 之一"),
        (MONTHS, -3, "能整除十二个月"),
        (MONTHS, 24, "能整除十二个月"),
    ],
)
@pytest.mark.clause("PGM.4", "PGM.12")
def test_it_rejects_a_value_out_of_bounds_and_says_the_bound(spec: ParameterSpec, value: int | str, said: str) -> None:
    fault = spec.fault_of(value)
    assert fault is not None and said in fault
