"""The version in force on a day, and since when a value holds."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.core.rulebook import Clause, ExceptionTo, Parameter, RuleBook, Version


def version(
    number: int, effective_on: date, ends_on: date | None, days: int | None, *exceptions: ExceptionTo
) -> Version:
    parameters = {} if days is None else {"days_after_issue": Parameter("days_after_issue", days, "第三条", exceptions)}
    clause = Clause("PGM.3", "例行回访", "上门一次", "第三条", parameters)
    return Version(number, "PGM", str(effective_on), effective_on, ends_on, {"PGM.3": clause})


OLD = version(7, date(2010, 1, 1), date(2016, 4, 1), 20)
PRESENT = version(3, date(2016, 4, 1), date(2027, 1, 1), 15)
NEXT = version(9, date(2027, 1, 1), None, 15)
BOOK = RuleBook((OLD, PRESENT, NEXT))


@pytest.mark.clause("PGM.0")
@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2009, 12, 31), None),
        (date(2010, 1, 1), OLD),
        (date(2016, 3, 31), OLD),
        (date(2016, 4, 1), PRESENT),
        (date(2026, 12, 31), PRESENT),
        (date(2027, 1, 1), NEXT),
        (date(9999, 12, 31), NEXT),
    ],
)
def test_a_version_replaces_the_older_one_on_its_effective_day(on: date, expected: Version | None) -> None:
    """On 1 April 2016 the old rules stop and the new ones begin; before 2010 there were none."""
    assert BOOK.in_force(on) == expected


@pytest.mark.clause("PGM.0")
def test_a_version_that_says_its_end_leaves_nothing_in_force_after_it() -> None:
    assert RuleBook((OLD,)).in_force(date(2016, 4, 1)) is None


@pytest.mark.clause("PGM.0")
def test_an_older_version_stays_readable() -> None:
    """A duty of 2012 explains itself by the version of its day, found by its number."""
    assert BOOK.version(7).parameter("PGM.3", "days_after_issue").value == 20
    with pytest.raises(KeyError):
        BOOK.version(8)


@pytest.mark.clause("PGM.0")
def test_a_value_holds_since_the_first_of_the_versions_that_agree() -> None:
    """15 days hold since 2016, also when asked in 2028 under the next version; 20 days held since 2010."""
    assert BOOK.since("PGM.3", "days_after_issue", date(2028, 5, 1)) == date(2016, 4, 1)
    assert BOOK.since("PGM.3", "days_after_issue", date(2016, 4, 1)) == date(2016, 4, 1)
    assert BOOK.since("PGM.3", "days_after_issue", date(2015, 1, 1)) == date(2010, 1, 1)


def test_a_break_between_versions_breaks_the_holding() -> None:
    """A version ended in 2012, the next with the same value began in 2013: the value holds since 2013."""
    early = version(1, date(2010, 1, 1), date(2012, 1, 1), 15)
    late = version(2, date(2013, 1, 1), None, 15)
    assert RuleBook((early, late)).since("PGM.3", "days_after_issue", date(2020, 1, 1)) == date(2013, 1, 1)


def test_a_version_without_the_parameter_breaks_the_holding() -> None:
    early = version(1, date(2010, 1, 1), date(2012, 1, 1), 15)
    without = version(2, date(2012, 1, 1), date(2014, 1, 1), None)
    late = version(3, date(2014, 1, 1), None, 15)
    assert RuleBook((early, without, late)).since("PGM.3", "days_after_issue", date(2020, 1, 1)) == date(2014, 1, 1)


def test_a_value_by_exception_has_its_own_beginning() -> None:
    """Department two has had 30 days since 2027 only, by an exception that the earlier version did not know."""
    far = ExceptionTo("边远部门", {"department": ("业务二部",)}, 30, "决定")
    book = RuleBook((PRESENT, version(9, date(2027, 1, 1), None, 15, far)))
    on = date(2028, 1, 1)
    assert book.since("PGM.3", "days_after_issue", on, {"department": "业务二部"}) == date(2027, 1, 1)
    assert book.since("PGM.3", "days_after_issue", on, {"department": "业务一部"}) == date(2016, 4, 1)
    assert book.since("PGM.3", "days_after_issue", on) == date(2016, 4, 1)


def test_it_rejects_a_day_without_a_version_and_a_parameter_that_is_not_given() -> None:
    with pytest.raises(LookupError):
        BOOK.since("PGM.3", "days_after_issue", date(2009, 1, 1))
    with pytest.raises(LookupError):
        BOOK.since("PGM.4", "good_months", date(2020, 1, 1))
