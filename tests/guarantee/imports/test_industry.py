"""The client's industry (GB/T 4754) in the portfolio file."""

from __future__ import annotations

import pytest

from baohou.kernel.audit.models import Change
from baohou.kernel.parties.models import Party
from tests.cast import HEADINGS, PORTFOLIO, STEEL, Cast
from tests.guarantee.imports.conftest import Import, found

pytestmark = pytest.mark.django_db
WITH_INDUSTRY = (*HEADINGS["portfolio"], "行业")


def _rows(steel: str) -> list[tuple[str, ...]]:
    return [(*row, steel if row[2] == STEEL else "") for row in PORTFOLIO]


@pytest.mark.parametrize("said", ["C", "c26", "C2661", "制造业", "C 制造业"])
def test_an_industry_is_known_by_letter_code_or_name(import_rows: Import, cast: Cast, said: str) -> None:
    """东方钢铁 is in manufacturing, however the file says so; 南山纸业's is not said."""
    assert import_rows("portfolio", *_rows(said), headings=WITH_INDUSTRY).taken
    assert dict(Party.objects.values_list("name", "industry"))["东方钢铁有限公司"] == 3
    assert Party.objects.get(name="南山纸业有限公司").industry == 0


def test_it_rejects_an_industry_outside_the_standard(import_rows: Import, cast: Cast) -> None:
    """炼钢 is no section: a fault in each of its rows, and nothing is taken."""
    outcome = import_rows("portfolio", *_rows("炼钢"), headings=WITH_INDUSTRY)
    assert found(outcome)[:2] == [(2, "行业"), (3, "行业")]
    assert not Party.objects.exists()


def test_one_client_has_one_industry(import_rows: Import, cast: Cast) -> None:
    """Two guarantees of 东方钢铁, one says C, the other F."""
    rows = _rows("C")
    rows[1] = (*rows[1][:-1], "F")
    assert found(import_rows("portfolio", *rows, headings=WITH_INDUSTRY)) == [(3, "行业")]


def test_another_industry_is_a_difference_and_keeps_its_history(import_rows: Import, cast: Cast) -> None:
    """From C to F: shown first, taken with --update, the change written down; a second time changes nothing."""
    import_rows("portfolio", *_rows("C"), headings=WITH_INDUSTRY)
    shown = import_rows("portfolio", *_rows("F"), headings=WITH_INDUSTRY)
    assert not shown.taken
    assert {(one.before, one.after) for one in shown.differences} == {("C 制造业", "F 批发和零售业")}
    assert import_rows("portfolio", *_rows("F"), headings=WITH_INDUSTRY, update=True).taken
    assert Party.objects.get(id_no=STEEL).industry == 6
    change = Change.objects.filter(before__isnull=False).get(table="parties.Party")
    assert (change.before, change.after) == ({"industry": "C 制造业"}, {"industry": "F 批发和零售业"})
    assert not import_rows("portfolio", *_rows("F"), headings=WITH_INDUSTRY).differences


def test_a_file_without_the_column_says_nothing(import_rows: Import, cast: Cast) -> None:
    """An industry once said stays when a later file has no such column, also under a new guarantee."""
    import_rows("portfolio", *_rows("C"), headings=WITH_INDUSTRY)
    later = ("BH-2026-009", *PORTFOLIO[0][1:])
    outcome = import_rows("portfolio", *PORTFOLIO, later)
    assert outcome.taken
    assert outcome.differences == []
    assert Party.objects.get(id_no=STEEL).industry == 3


def test_a_new_guarantee_that_says_another_industry_is_a_difference(import_rows: Import, cast: Cast) -> None:
    """东方钢铁, in the books under C, gets a third guarantee under F."""
    import_rows("portfolio", *_rows("C"), headings=WITH_INDUSTRY)
    later = ("BH-2026-009", *PORTFOLIO[0][1:], "F")
    outcome = import_rows("portfolio", later, headings=WITH_INDUSTRY)
    assert [(one.before, one.after) for one in outcome.differences] == [("C 制造业", "F 批发和零售业")]
    import_rows("portfolio", later, headings=WITH_INDUSTRY, update=True)
    assert Party.objects.get(id_no=STEEL).industry == 6
