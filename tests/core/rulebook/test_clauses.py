"""A base value with labelled exceptions, and two that apply at once."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baohou.core.rulebook import ExceptionTo, Parameter, TwoExceptionsApply, find_conflicts

DEPARTMENTS = ("业务一部", "业务二部")
PRODUCTS = ("流动资金贷款", "票据贴现")


def exception(label: str, value: int, over: tuple[str, ...] = (), **when: tuple[str, ...]) -> ExceptionTo:
    return ExceptionTo(label=label, when=when, value=value, reference="决定", over=over)


def days(*exceptions: ExceptionTo) -> Parameter:
    return Parameter(name="days_after_issue", value=15, reference="第三条", exceptions=exceptions)


FAR = exception("边远部门", 30, department=("业务二部",))
BILLS = exception("票据", 7, product=("票据贴现",))


@pytest.mark.clause("PGM.3")
def test_without_an_exception_the_base_value_stands() -> None:
    """A routine visit of department one for a working-capital loan: 15 days."""
    assert days(FAR, BILLS).value_for({"department": "业务一部", "product": "流动资金贷款"}) == 15


@pytest.mark.clause("PGM.3")
def test_an_exception_stands_instead_of_the_base_value() -> None:
    """Department two has 30 days, bill discounting 7."""
    assert days(FAR, BILLS).value_for({"department": "业务二部", "product": "流动资金贷款"}) == 30
    assert days(FAR, BILLS).value_for({"department": "业务一部", "product": "票据贴现"}) == 7


@pytest.mark.clause("PGM.3")
def test_two_exceptions_that_apply_at_once_are_an_error_that_names_both() -> None:
    """Bill discounting in department two: 30 days or 7? The book does not say, so neither does the program."""
    with pytest.raises(TwoExceptionsApply) as error:
        days(FAR, BILLS).value_for({"department": "业务二部", "product": "票据贴现"})
    assert {error.value.first, error.value.second} == {"边远部门", "票据"}
    assert "边远部门" in str(error.value) and "票据" in str(error.value) and "days_after_issue" in str(error.value)


@pytest.mark.clause("PGM.3")
def test_the_exception_that_goes_before_the_other_stands() -> None:
    """The decision on bills says that it goes before that on far departments."""
    bills = exception("票据", 7, over=("边远部门",), product=("票据贴现",))
    assert days(FAR, bills).value_for({"department": "业务二部", "product": "票据贴现"}) == 7
    assert days(bills, FAR).exception_for({"department": "业务二部", "product": "票据贴现"}) is bills


def test_precedence_passes_on() -> None:
    """Three exceptions, the first over the second, the second over the third: the first is over the third."""
    third = exception("三", 3, department=DEPARTMENTS)
    second = exception("二", 2, over=("三",), product=("票据贴现",))
    first = exception("一", 1, over=("二",), department=("业务二部",))
    assert find_conflicts([third, second, first]) == []
    assert days(third, second, first).value_for({"department": "业务二部", "product": "流动资金贷款"}) == 1
    assert days(third, second, first).value_for({"department": "业务二部", "product": "票据贴现"}) == 1
    assert days(third, second, first).value_for({"department": "业务一部", "product": "票据贴现"}) == 2


def test_two_that_go_before_each_other_are_an_error() -> None:
    one = exception("一", 1, over=("二",), department=DEPARTMENTS)
    two = exception("二", 2, over=("一",), product=PRODUCTS)
    assert find_conflicts([one, two]) == [("一", "二")]
    with pytest.raises(TwoExceptionsApply):
        days(one, two).value_for({"department": "业务一部", "product": "票据贴现"})


def test_all_conditions_of_an_exception_must_hold() -> None:
    both = exception("两者", 5, department=("业务二部",), product=("票据贴现",))
    assert days(both).value_for({"department": "业务二部", "product": "流动资金贷款"}) == 15
    assert days(both).value_for({"department": "业务二部", "product": "票据贴现"}) == 5


def test_an_unknown_fact_meets_no_condition() -> None:
    """A guarantee without a product is not bill discounting; a fact that nobody gave is a mistake of the caller."""
    assert days(BILLS).value_for({"product": None}) == 15
    with pytest.raises(KeyError):
        days(BILLS).value_for({})


def test_exceptions_that_share_no_value_do_not_meet() -> None:
    one = exception("一", 1, department=("业务一部",), product=PRODUCTS)
    two = exception("二", 2, department=("业务二部",), product=PRODUCTS)
    assert find_conflicts([one, two]) == []


def choices(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


CONDITIONS = st.fixed_dictionaries({}, optional={"department": choices(DEPARTMENTS), "product": choices(PRODUCTS)})


@st.composite
def exceptions(draw: st.DrawFn) -> list[ExceptionTo]:
    conditions = draw(st.lists(CONDITIONS.filter(bool), max_size=4))
    labels = [f"例外{number}" for number in range(len(conditions))]
    over = [draw(st.lists(st.sampled_from(labels), max_size=2, unique=True).map(tuple)) for _ in labels]
    return [
        ExceptionTo(label=label, when=when, value=number, reference="决定", over=above)
        for number, (label, when, above) in enumerate(zip(labels, conditions, over, strict=True))
    ]


@pytest.mark.clause("PGM.3")
@given(exceptions())
def test_a_conflict_is_found_before_any_fact_if_and_only_if_some_facts_raise_it(found: list[ExceptionTo]) -> None:
    """What the loader lets pass never fails on a guarantee, and what it refuses would have failed on some."""
    parameter = days(*found)
    raised = set()
    for department, kind in product(DEPARTMENTS, PRODUCTS):
        facts = {"department": department, "product": kind}
        try:
            exception = parameter.exception_for(facts)
        except TwoExceptionsApply as error:
            raised.add((error.first, error.second))
        else:
            assert exception is None or exception.applies_to(facts)
    conflicts = set(find_conflicts(found))
    assert raised <= conflicts
    assert bool(raised) == bool(conflicts)
