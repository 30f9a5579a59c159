"""Who is watched, found inside the database: the same clients as by looking at everyone, in so many queries."""

from datetime import date

import pytest
from django.db.models import OuterRef, Subquery
from pytest_django import DjangoAssertNumQueries

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.measures import get_watched_page, list_watched
from baohou.guarantee.queries.pages.clients import graded, in_force, speaking
from baohou.guarantee.queries.standing import default_grade
from baohou.guarantee.rules.grading import WATCHED
from baohou.kernel import kept
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from tests.cast import FOOD, PAPER, STEEL, Portfolio, TakeIn
from tests.desk.conftest import Enter

END = date(2026, 9, 30)


def _one_by_one(department: Department) -> set[str]:
    """The watched clients of a department by each client's grade on 30 September, whoever it is."""
    unless = default_grade(END)
    held = Guarantee.objects.filter(in_force(END), department=department)
    voice = Subquery(speaking(OuterRef("pk"), on=END).values("department_id")[:1])
    theirs = Party.objects.filter(pk__in=held.values("client_id")).annotate(voice=voice).filter(voice=department.pk)
    clients = graded(theirs, on=END)
    return {one.id_no for one in clients if (one.grade_on or unless) in WATCHED}  # type: ignore[attr-defined]


@pytest.mark.clause("PGM.10")
def test_the_watched_are_those_found_one_by_one(take_in: TakeIn, evening: Portfolio) -> None:
    """Steel is risk from 1 August; paper was, and is released on 20 August; food, of another department, is watch only from 5 October."""
    take_in(
        "grades",
        [
            (STEEL, "风险", "2026-08-01", "停产", "R01"),
            (PAPER, "风险", "2026-08-01", "停产", "R01"),
            (FOOD, "关注", "2026-10-05", "欠息", "R01"),
        ],
    )
    for department in Department.objects.filter(pk__in=Guarantee.objects.values("department")):
        found = {one.client.id_no for one in list_watched(department=department, quarter=END)}
        assert found == _one_by_one(department)
        page = get_watched_page(department=department, quarter=END)
        assert {one.client.id_no for one in page.rows} == found
        assert (page.count, page.lacking) == (len(found), len(found))
    assert {one.client.id_no for one in list_watched(department=_of(STEEL), quarter=END)} == {STEEL}
    assert list_watched(department=_of(FOOD), quarter=END) == []


@pytest.mark.clause("PGM.10")
def test_a_departments_reports_ask_so_many_queries(
    take_in: TakeIn,
    evening: Portfolio,
    enter: Enter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a client graded risk as without one."""
    monkeypatch.setattr(kept, "CHECKED", False)
    browser, address = enter(evening.cast.manager), f"/reports/2026Q3/{_of(STEEL).pk}/"
    browser.get(address)
    with django_assert_max_num_queries(24):
        browser.get(address)
    take_in("grades", [(STEEL, "风险", "2026-08-01", "停产", "R01")])
    with django_assert_max_num_queries(24):
        assert "东方钢铁" in browser.get(address).content.decode()


def _of(id_no: str) -> Department:
    guarantee = Guarantee.objects.filter(client=Party.objects.get(id_no=id_no)).order_by("issued_on")[0]
    return guarantee.department
