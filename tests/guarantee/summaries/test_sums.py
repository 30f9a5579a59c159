"""The sums kept in tables say the same as the lists behind them, on random small companies."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Sum

from baohou.core.period import quarter_of
from baohou.day import engine
from baohou.guarantee.imports import take
from baohou.guarantee.imports.sample import write_sample
from baohou.guarantee.models import (
    AmountSlice,
    GradeChange,
    Guarantee,
    HeavyClient,
    KeptSlice,
    OverdueSlice,
    PortfolioSlice,
    Summary,
)
from baohou.guarantee.queries import summaries
from baohou.guarantee.queries.pages.clients import Filters, in_force, list_clients
from baohou.guarantee.queries.pages.duty_list import DutyFilters, select_duties
from baohou.guarantee.queries.summaries import KEPT, PORTFOLIO, days_shown, is_up_to_date
from baohou.guarantee.rules.ageing import BANDS
from baohou.guarantee.rules.words import Dimension, DutyKind, DutyState, Grade, VisitKind
from baohou.guarantee.services import grades, visits
from baohou.guarantee.services.summaries import keep_up
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Post
from baohou.kernel.rulebook.services import load_shipped
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 20)
EVERYONE = Person(None, Post.RISK_MANAGER, None, "")
COUNTS = {
    DutyState.ON_TIME: "on_time",
    DutyState.LATE: "late",
    DutyState.OVERDUE: "overdue",
    DutyState.OPEN: "open",
    DutyState.LAPSED: "lapsed",
}


@pytest.fixture(params=[1, 2, 3])
def company(request: pytest.FixtureRequest, tmp_path: Path, db: None) -> None:
    """A made-up company of forty clients on the evening of 2026-10-20."""
    load_shipped(door="command")
    path = tmp_path / "company.xlsx"
    write_sample(clients=40, seed=request.param, on=TODAY, path=path)
    assert take(kind="workbook", path=path, today=TODAY).taken
    engine.run(on=TODAY)
    keep_up(on=TODAY)


def _asked(dimension: Dimension, value: str, grade: int) -> Filters:
    number = int(value) if value.isdecimal() else 0
    which: dict[Dimension, dict[str, Any]] = {
        Dimension.WHOLE: {},
        Dimension.DEPARTMENT: {"department_id": number},
        Dimension.PRODUCT: {"product": value},
        Dimension.BANK: {"bank": value},
        Dimension.INDUSTRY: {"industry": number},
    }
    return Filters(grade=Grade(grade), **which[dimension])


@pytest.mark.clause("PGM.1", "PGM.7")
def test_each_slice_counts_the_clients_of_its_list(company: None) -> None:
    """On the business day and on two quarters' last days, every count is the count of the client list it opens."""
    days = days_shown(TODAY)
    assert len(days) == 9
    for day in (days[0], days[-2], days[-1]):
        slices = PortfolioSlice.objects.filter(on=day)
        for one in slices:
            listed = list_clients(EVERYONE, on=day, filters=_asked(Dimension(one.dimension), one.value, one.grade))
            assert one.clients == listed.count, one
        whole = slices.filter(dimension=Dimension.WHOLE).aggregate(n=Sum("clients"), g=Sum("guarantees"))
        assert (whole["n"] or 0) == list_clients(EVERYONE, on=day, filters=Filters()).count
        for dimension in Dimension:
            sums = slices.filter(dimension=dimension).aggregate(g=Sum("guarantees"))
            assert (sums["g"] or 0) == Guarantee.objects.filter(in_force(day)).count()


def test_amounts_add_up_in_each_currency(company: None) -> None:
    """However the portfolio is cut, a currency's amounts are what is guaranteed in it; the heaviest come first."""
    for day in days_shown(TODAY):
        wanted = dict(Guarantee.objects.filter(in_force(day)).values_list("currency").annotate(Sum("amount_fen")))
        for dimension in Dimension:
            cut = AmountSlice.objects.filter(on=day, dimension=dimension)
            assert dict(cut.values_list("currency").annotate(Sum("amount_fen"))) == wanted
    held = (
        Guarantee.objects.filter(in_force(TODAY), currency="CNY").values_list("client_id").annotate(Sum("amount_fen"))
    )
    greatest = sorted(held, key=lambda pair: (-pair[1], pair[0]))[:20]
    assert list(HeavyClient.objects.order_by("place").values_list("client_id", "amount_fen")) == greatest


@pytest.mark.clause("PGM.2", "PGM.4")
def test_each_kept_slice_counts_the_duties_of_its_list(company: None) -> None:
    """Every number of every slice is the count of the list with its quarter, kind, department, owner, grade and state."""
    slices = list(KeptSlice.objects.all())
    assert slices
    for one in slices:
        for state, name in COUNTS.items():
            filters = DutyFilters(
                kind=DutyKind(one.kind).code,
                department_id=one.department_id or 0,
                owner_id=one.owner_id or 0,
                grade=Grade(one.grade) if one.grade else None,
                state=state,
                quarter=quarter_of(one.quarter),
            )
            assert getattr(one, name) == select_duties(EVERYONE, on=TODAY, filters=filters).count()
    sums = KeptSlice.objects.aggregate(**{name: Sum(name) for name in COUNTS.values()})
    since = quarter_of(days_shown(TODAY)[0]).first
    assert sum(sums.values()) == Duty.objects.filter(opens_on__lte=TODAY, due_on__gte=since).count()


@pytest.mark.clause("PGM.2", "PGM.4")
def test_each_age_counts_the_overdue_duties_of_its_list(company: None) -> None:
    """Every number is the count of the list it opens, in its band of days; all that is overdue is in one, however old."""
    slices = list(OverdueSlice.objects.all())
    assert slices
    for one in slices:
        band = BANDS[one.band]
        filters = DutyFilters(
            department_id=one.department_id or 0,
            state=DutyState.OVERDUE,
            since=band.since(TODAY),
            until=band.until(TODAY),
        )
        found = select_duties(EVERYONE, on=TODAY, filters=filters)
        assert (one.duties, one.oldest_due_on) == (found.count(), min(found.values_list("due_on", flat=True)))
    every = select_duties(EVERYONE, on=TODAY, filters=DutyFilters(state=DutyState.OVERDUE))
    assert sum(one.duties for one in slices) == every.count()


def test_sums_that_an_older_release_kept_are_derived_anew(portfolio: Portfolio) -> None:
    """Their mark says nothing of ages, so after an upgrade the first page has them."""
    engine.run(on=TODAY)
    keep_up(on=TODAY)
    kept = list(OverdueSlice.objects.values_list("department", "band", "duties"))
    assert kept
    OverdueSlice.objects.all().delete()
    with patch.object(summaries, "_FORM", {}):
        old = summaries.mark_of(KEPT, on=TODAY)
    Summary.objects.filter(part=KEPT).update(mark=old)
    keep_up(on=TODAY)
    assert list(OverdueSlice.objects.values_list("department", "band", "duties")) == kept


def test_a_change_of_facts_changes_the_sums(portfolio: Portfolio) -> None:
    """东方钢铁 becomes watch, and a visit is recorded: the sums asked for next say so, and those asked again stand."""
    engine.run(on=TODAY)
    keep_up(on=TODAY)
    a, by = portfolio.cast.manager, {"actor": "M01", "door": "page"}
    assert not PortfolioSlice.objects.filter(on=TODAY, grade=Grade.WATCH).exists()
    visits.record(
        client=portfolio.steel,
        guarantee=None,
        on=date(2026, 10, 19),
        kind=VisitKind.REGULAR,
        by=a,
        methods="",
        summary="正常",
        findings={},
        **by,
    )
    assert is_up_to_date(PORTFOLIO, on=TODAY)
    assert not is_up_to_date(KEPT, on=TODAY)
    grades.change(client=portfolio.steel, grade=Grade.WATCH, effective_on=TODAY, because="回款慢", by=a, **by)
    assert not is_up_to_date(PORTFOLIO, on=TODAY)
    keep_up(on=TODAY)
    watched = PortfolioSlice.objects.get(on=TODAY, dimension=Dimension.WHOLE, grade=Grade.WATCH)
    assert (watched.clients, watched.guarantees) == (1, 2)
    assert is_up_to_date(PORTFOLIO, on=TODAY)
    assert is_up_to_date(KEPT, on=TODAY)
    engine.run(on=TODAY + timedelta(days=1))
    assert not is_up_to_date(KEPT, on=TODAY + timedelta(days=1))


def test_sums_that_stand_cost_a_few_short_queries(portfolio: Portfolio, django_assert_max_num_queries: object) -> None:
    """The second to ask reads marks only."""
    engine.run(on=TODAY)
    keep_up(on=TODAY)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        keep_up(on=TODAY)
    assert Summary.objects.count() == 2
    assert GradeChange.objects.count() == 0
