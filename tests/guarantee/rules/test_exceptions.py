"""Exceptions to a parameter: the oracle and the rule book choose the same value, and both name two that clash."""

from __future__ import annotations

from random import Random

import pytest

from baohou.core.rulebook import ExceptionTo, Parameter, TwoExceptionsApply
from tests.oracle import facts_on, model

ABOUT = {"department": "业务一部", "product": "票据担保"}
BY_DEPARTMENT = {"department": ("业务一部",)}
BY_PRODUCT = {"product": ("票据担保", "流动资金贷款担保")}


def both(*exceptions: tuple) -> tuple[model.Parameter, Parameter]:
    plain = tuple(model.ExceptionTo(label, when, value, over) for label, when, value, over in exceptions)
    booked = tuple(ExceptionTo(label, when, value, "条", over) for label, when, value, over in exceptions)
    return model.Parameter(15, plain), Parameter("days_after_issue", 15, "条", booked)


@pytest.mark.clause("PGM.3")
def test_two_exceptions_at_once_are_an_error_that_names_both() -> None:
    """7 days in department one (甲), 3 days for bills (乙), nothing said of bills in department one."""
    plain, booked = both(("甲", BY_DEPARTMENT, 7, ()), ("乙", BY_PRODUCT, 3, ()))
    with pytest.raises(facts_on.TwoExceptions, match=r"甲.*乙"):
        facts_on.value(plain, dict(ABOUT))
    with pytest.raises(TwoExceptionsApply, match=r"甲.*乙"):
        booked.value_for(ABOUT)


@pytest.mark.clause("PGM.3")
def test_the_one_that_goes_over_the_other_stands() -> None:
    plain, booked = both(("甲", BY_DEPARTMENT, 7, ()), ("乙", BY_PRODUCT, 3, ("甲",)))
    assert facts_on.value(plain, dict(ABOUT)) == booked.value_for(ABOUT) == 3


@pytest.mark.clause("PGM.3")
def test_an_unknown_product_meets_no_condition() -> None:
    plain, booked = both(("乙", BY_PRODUCT, 3, ()))
    about = {"department": "业务一部", "product": None}
    assert facts_on.value(plain, dict(about)) == booked.value_for(about) == 15


@pytest.mark.clause("PGM.3")
@pytest.mark.parametrize("seed", range(40))
def test_random_exceptions_choose_alike(seed: int) -> None:
    """Up to four exceptions, each over any later one or not: the same value, or an error in both."""
    rng = Random(seed)
    labels = "甲乙丙丁"[: rng.randrange(1, 5)]
    rows = []
    for n, label in enumerate(labels):
        when = rng.choice((BY_DEPARTMENT, BY_PRODUCT, {**BY_DEPARTMENT, **BY_PRODUCT}, {"product": ("别的",)}))
        rows.append((label, when, 20 + n, tuple(labels[n + 1 :]) if rng.random() < 0.7 else ()))
    rng.shuffle(rows)
    plain, booked = both(*rows)
    try:
        expected = facts_on.value(plain, dict(ABOUT))
    except facts_on.TwoExceptions:
        with pytest.raises(TwoExceptionsApply):
            booked.value_for(ABOUT)
    else:
        assert booked.value_for(ABOUT) == expected
