"""Sums that take long are derived beside the page, which shows those that stand and of when they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from django.db.models import F
from django.utils import timezone

from baohou.config.commands.day import day as command
from baohou.core.period import Quarter
from baohou.day import engine
from baohou.guarantee.models import PortfolioSlice, ReportSlice, Summary, Visit
from baohou.guarantee.queries.summaries import KEPT, PORTFOLIO, REPORTS, is_up_to_date
from baohou.guarantee.rules.words import Dimension, Grade
from baohou.guarantee.services import grades, hand_overs, summaries
from baohou.guarantee.services.summaries import keep_all, keep_up
from baohou.kernel import beside
from tests.cast import Portfolio, engage, issue, taker
from tests.desk.conftest import Enter

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 20)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What would be at work beside the pages; every sum takes longer than a page may wait."""
    works: list[Callable[[], object]] = []

    def start(name: str, work: Callable[[], object]) -> bool:
        works.append(work)
        return True

    monkeypatch.setattr(beside, "start", start)
    monkeypatch.setattr(summaries, "PATIENCE", -1.0)
    monkeypatch.setattr(summaries, "REST", 0)
    return works


def _worsen(portfolio: Portfolio) -> None:
    told = {"because": "回款慢", "by": portfolio.cast.manager, "actor": "M01", "door": "page"}
    grades.change(client=portfolio.steel, grade=Grade.WATCH, effective_on=TODAY, **told)  # type: ignore[arg-type]


def _watched() -> bool:
    return PortfolioSlice.objects.filter(on=TODAY, dimension=Dimension.WHOLE, grade=Grade.WATCH).exists()


def _told(page: str) -> str:
    """How many clients of watch and risk the overview counts."""
    found = re.search(r'关注和风险类 <a [^>]*class="num">(\d+)</a> 户', page)
    assert found is not None
    return found.group(1)


def test_a_page_shows_the_sums_that_stand_until_the_new_ones_are_made(
    evening: Portfolio, enter: Enter, begun: list[Callable[[], object]]
) -> None:
    """东方钢铁 becomes watch: the overview still counts nobody, and says of when that is; a moment later it counts one."""
    keep_all(TODAY)
    browser = enter(evening.cast.general_manager)
    assert "合计截至" not in browser.get("/overview/").content.decode()
    _worsen(evening)
    stale = browser.get("/overview/").content.decode()
    assert "合计截至" in stale
    assert _told(stale) == "0"
    assert not _watched()
    for work in begun:
        work()
    fresh = browser.get("/overview/").content.decode()
    assert "合计截至" not in fresh
    assert _told(fresh) == "1"
    assert is_up_to_date(KEPT, on=TODAY)


def test_of_another_day_there_are_no_sums_to_show(portfolio: Portfolio, begun: list[Callable[[], object]]) -> None:
    """Who asks first on a new day, and that day's run has not summed them, waits."""
    engine.run(on=TODAY)
    assert keep_up(on=TODAY) is None
    assert keep_up(on=TODAY + timedelta(days=1)) is None
    assert is_up_to_date(PORTFOLIO, on=TODAY + timedelta(days=1))
    assert begun == []


def test_short_sums_are_derived_at_once(portfolio: Portfolio) -> None:
    engine.run(on=TODAY)
    keep_up(on=TODAY)
    _worsen(portfolio)
    assert keep_up(on=TODAY) is None
    assert _watched()


def test_between_two_derivings_there_is_a_rest(
    portfolio: Portfolio, begun: list[Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums that took a minute two minutes ago are not begun again yet; ten minutes ago, they are."""
    monkeypatch.setattr(summaries, "REST", 10)
    engine.run(on=TODAY)
    keep_up(on=TODAY)
    _worsen(portfolio)
    Summary.objects.update(seconds=60, made_at=timezone.now() - timedelta(minutes=2))
    as_of = keep_up(on=TODAY)
    assert as_of is not None
    assert begun == []
    Summary.objects.update(made_at=F("made_at") - timedelta(minutes=9))
    keep_up(on=TODAY)
    assert len(begun) == 2


@pytest.mark.clause("PGM.11")
def test_reports_put_on_a_list_leave_the_sum_of_those_on_none_at_once(
    portfolio: Portfolio, begun: list[Callable[[], object]]
) -> None:
    """Both reports of the third quarter go on the list; the sum, which nobody has derived again, holds none of them."""
    for day in (date(2026, 8, 3), date(2026, 9, 3)):
        Visit.objects.create(
            client=portfolio.steel, guarantee=portfolio.first, visited_on=day, by=portfolio.cast.a, kind=1
        )
    keep_up(on=TODAY, parts=[REPORTS])
    department = portfolio.first.department
    ReportSlice.objects.create(quarter=date(2026, 9, 30), department=department, by=portfolio.cast.a, visits=2)
    ReportSlice.objects.create(quarter=date(2026, 6, 30), department=department, by=portfolio.cast.a, visits=5)
    hand_overs.begin(department=department, quarter=Quarter(2026, 3), on=TODAY, actor="M01", door="page")
    assert list(ReportSlice.objects.values_list("quarter", "visits")) == [(date(2026, 6, 30), 5)]


@pytest.mark.django_db(transaction=True)
def test_a_day_ends_with_its_sums(tmp_path_factory: pytest.TempPathFactory) -> None:
    """So that nobody's page has to derive them: once it has ended, since it is finished without them."""
    from baohou.kernel.rulebook.services import load_shipped

    load_shipped(door="command")
    take_in = taker(tmp_path_factory.mktemp("rows"))
    issue(take_in, engage(take_in))
    report = engine.run(on=TODAY)
    assert not Summary.objects.exists()
    engine.prepare_pages(report)
    assert [part for part in (PORTFOLIO, KEPT, REPORTS) if not is_up_to_date(part, on=TODAY)] == []
    assert Summary.objects.filter(made_at__isnull=False).count() == 3


def test_a_day_stands_though_its_sums_fail(
    portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(on: date) -> int:
        raise OSError("磁盘满了")

    monkeypatch.setitem(summaries._WORK, KEPT, fail)
    report = engine.run(on=TODAY)
    engine.prepare_pages(report)
    assert "was not derived" in caplog.text
    assert not is_up_to_date(KEPT, on=TODAY)


def test_the_command_of_the_day_sums_up_what_it_ran(portfolio: Portfolio) -> None:
    told = CliRunner().invoke(command, ["--on", str(TODAY)])
    assert told.exit_code == 0, told.output
    assert is_up_to_date(KEPT, on=TODAY)
