"""Bringing a database up and taking it back: said before it is done, refused where it can't be, and nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from pytest_django.plugin import DjangoDbBlocker

from baohou.core.errors import Refused
from baohou.upkeep.migrating import Plan, Step, plan_back, plan_forward, why_stuck
from tests.upkeep.conftest import Company, Make
from tests.upkeep.installations import columns_of

OURS = "baohou."


@pytest.fixture(autouse=True)
def other_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Some of these tests look into databases of their own, never into the one that other tests share."""
    with django_db_blocker.unblock():
        yield


def test_every_step_of_ours_can_be_taken_back_or_says_why() -> None:
    """A step that can't be taken back carries ``irreversible_because``, one Chinese sentence that says what is lost."""
    silent = [
        f"{app}.{name}"
        for (app, name), one in MigrationLoader(None).disk_migrations.items()
        if type(one).__module__.startswith(OURS)
        and why_stuck(one)
        and not re.search(r"[一-鿿].*。$", getattr(one, "irreversible_because", ""))
    ]
    assert silent == []


@pytest.mark.django_db
def test_nothing_is_to_be_done_on_a_database_of_this_release() -> None:
    assert plan_forward().steps == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("app", "name", "code", "says"),
    [
        ("nonesuch", "zero", "upkeep.no_app", "guarantee"),
        ("guarantee", "0000_nonesuch", "upkeep.no_migration", "0001_initial"),
    ],
)
def test_a_step_that_there_is_not_is_refused_with_those_there_are(app: str, name: str, code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_back(app, name)
    assert refused.value.code == code
    assert says in refused.value.message


@pytest.mark.django_db
def test_a_step_that_can_not_be_taken_back_says_so_and_nothing_is_done() -> None:
    """The plan names it and its reason; carrying it out is refused and leads to the copy made before."""
    stuck = Step("parties.0009_trial", [], [], "旧的号码已经合并，分不回去。")
    plan = Plan([stuck], MigrationExecutor(connection), [])
    with pytest.raises(Refused) as refused:
        plan.carry_out()
    assert refused.value.code == "upkeep.irreversible"
    assert "旧的号码已经合并" in refused.value.message
    assert "baohou restore" in refused.value.message


def test_back_and_forward_again_keeps_every_row(company: Company, make: Make) -> None:
    """The plan is only told; taken back, the older release's steps are gone from the database; then all is as before."""
    here = make(like=company.home)
    before = here.rows()
    told = here.baohou("migrate", "--back", "duties", "0003_pages", "--plan")
    assert "要退：duties.0004_by_due_day" in told
    assert "没有要做的" in here.baohou("migrate", "--plan")
    here.baohou("migrate", "--back", "duties", "0003_pages")
    assert "要做：duties.0004_by_due_day" in here.baohou("migrate", "--plan")
    assert "数据库已就绪" in here.baohou("migrate")
    assert here.rows() == before
    assert "一致" in here.baohou("day", "--verify")


def test_what_would_be_lost_is_named_and_asked_for_twice(company: Company, make: Make) -> None:
    """Back before clients had an industry: the column and its rows are named, and nothing is done without --yes."""
    here = make(like=company.home)
    before = here.rows()
    said = here.baohou("migrate", "--back", "parties", "0001_initial", code=1)
    assert re.search(r"会丢：表 parties_party 的列 industry（40 行）", said)
    assert "--yes" in said
    assert here.rows() == before
    here.baohou("migrate", "--back", "parties", "0001_initial", "--yes")
    assert "要做：parties.0002_industry" in here.baohou("migrate", "--plan")
    here.baohou("migrate")
    named = columns_of("parties_party").index("name")
    kept = [[json.loads(row)[named] for row in rows["parties_party"]] for rows in (before, here.rows())]
    assert kept[0] == kept[1], "all else of the clients is there"


def test_a_database_of_a_newer_release_is_not_touched(company: Company, make: Make) -> None:
    """An older program says which step it does not know, and by which release to go on."""
    here = make(like=company.home)
    here.python(
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "MigrationRecorder(connection).record_applied('parties', '0099_of_tomorrow')\n"
    )
    said = here.baohou("migrate", code=1)
    assert "parties.0099_of_tomorrow" in said
    assert "更新的版本" in said
