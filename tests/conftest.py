"""What all tests share: the clauses they prove, which of them are pure, how hard hypothesis tries, the cast of staff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.tally import Tally, known_clauses

if TYPE_CHECKING:
    from tests.cast import Cast, Portfolio, TakeIn
    from tests.tables import Tables

PURE = ("core", "house", "oracle", "guarantee/rules")
"""Folders of tests that meet no database, but for those that ask for one: they run once, not for each database."""
ONCE = (
    "api/test_access_walk",
    "config/test_access_walk",
    "desk/test_access_walk",
    "desk/test_quick",
    "desk/test_translations",
)
"""What pages say, and who may open them and type commands: the same on any database, and long to go through."""
IN_BROWSERS = ("grading", "imports", "whole_quarter")
"""Of what is done in browsers, on each database: two at one row, long work, and a quarter from its first day to the next."""

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(os.environ.get("BAOHOU_TALLY")), "tally")


def pytest_report_header() -> str:
    from django.db import connection

    return f"database: {connection.vendor}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark pure tests by their folder, and hand each test's clauses to its report."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.parent.relative_to(here).as_posix()
        if any(folder == pure or folder.startswith(f"{pure}/") for pure in PURE) and not _meets_database(item):
            item.add_marker("pure")
        name = item.path.stem.removeprefix("test_")
        if f"{folder}/{item.path.stem}" in ONCE or (folder == "browser" and name not in IN_BROWSERS):
            item.add_marker("once")
        for mark in item.iter_markers("clause"):
            item.user_properties.extend(("clause", clause) for clause in mark.args)


def _meets_database(item: pytest.Item) -> bool:
    return bool(
        item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that names a clause that neither a shipped rule set holds nor docs/procedure.md fails."""
    for mark in item.iter_markers("clause"):
        if unknown := set(mark.args) - known_clauses():
            pytest.fail(f"no rule set and no procedure holds {', '.join(sorted(unknown))}", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def own_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each worker has its own var/: runs of the day in two workers must not lock each other out."""
    from django.conf import settings

    settings.VAR = tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django finds the tables that were copied; it has but to see that no migration is missing."""
    return True


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None) -> Tables:
    """The database of this process, not there yet."""
    from tests.tables import Tables

    return Tables(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tables: Tables) -> None:
    """Its tables, copied where a run has made them."""
    tables.take()


@pytest.fixture(scope="session")
def django_db_setup(tables: Tables, django_db_setup: None) -> None:
    """Its tables are there, and kept for the next who needs some."""
    tables.keep()


@pytest.fixture(scope="session", autouse=True)
def texts_are_checked() -> None:
    """What was written once, a query or a stretch of a page, is compared with what would be written now."""
    from baohou.desk.templatetags.kept import Kept
    from baohou.kernel import kept
    from baohou.kernel.prepared import Prepared

    Prepared.CHECKED = Kept.CHECKED = True
    kept.CHECKED = True


@pytest.fixture(scope="session", autouse=True)
def pages_wait_for_sums() -> None:
    """However busy the machine is; deriving sums beside a page has tests of its own."""
    from baohou.guarantee.services import summaries

    summaries.PATIENCE = 3600.0  # type: ignore[misc]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What a process keeps for a while is of no other test's tables."""
    from django.core.cache import caches

    from baohou.kernel import kept

    caches["process"].clear()
    kept.forget()


@pytest.fixture
def take_in(db: None, tmp_path: Path) -> TakeIn:
    """Imports rows of a kind through the real door; see tests/cast.py for their columns."""
    from tests.cast import taker

    return taker(tmp_path)


@pytest.fixture
def cast(take_in: TakeIn) -> Cast:
    """The staff: 张甲 and 李乙 (业务一部), their manager, another department, the risk department."""
    from tests.again import begin
    from tests.cast import engage

    return begin("cast", lambda: engage(take_in))


@pytest.fixture
def portfolio(take_in: TakeIn, cast: Cast) -> Portfolio:
    """The staff, three clients with four guarantees of 2026, and the shipped rule set."""
    from baohou.kernel.rulebook.queries import get_rule_book
    from baohou.kernel.rulebook.services import load_shipped
    from tests.again import begin
    from tests.cast import issue

    def build() -> Portfolio:
        load_shipped(door="command")
        return issue(take_in, cast)

    made = begin("portfolio", build)
    get_rule_book()  # A process reads a version once: read it now, so that no test counts those queries.
    return made


@pytest.fixture
def evening(portfolio: Portfolio) -> Portfolio:
    """The portfolio after the day 2026-10-20 has been run: 张甲's routine visit of BH-2026-001 is long overdue."""
    from baohou.day import engine
    from tests.again import begin
    from tests.cast import EVENING

    def build() -> Portfolio:
        engine.run(on=EVENING)
        return portfolio

    return begin("evening", build)


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_emptied() -> Iterator[None]:
    """After a test with transactions of its own the tables are emptied, which the audit's triggers rightly refuse."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from baohou.kernel.audit import guards

    flush = BaseDatabaseOperations.execute_sql_flush

    def emptied(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with guards.taken_down():
            flush(self, sql_list)

    BaseDatabaseOperations.execute_sql_flush = emptied  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
