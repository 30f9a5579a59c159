"""While the house takes no changes, by the switch or as a replica: every write is refused with words, pages are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from django.db import InternalError, connection
from django.test import Client
from django.urls import reverse

from baohou.config import command
from baohou.config.addresses import every_page
from baohou.day import engine
from baohou.kernel.audit.models import Act
from baohou.kernel.watch.models import ReadOnly
from baohou.kernel.watch.readonly import TakesNoChanges
from baohou.upkeep.closing import close
from baohou.upkeep.middleware import OPEN_WHEN_CLOSED
from tests.cast import FOOD
from tests.desk.conftest import Enter
from tests.desk.opened import OPENED, Opened
from tests.desk.test_access_walk import NO_EXPORTS, NO_SUCH_VERB, TABLE, WHO
from tests.desk.walking import World, build
from tests.walks import Writes, go_quickly, undone

BECAUSE = "升级，到 20:00 止"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(evening: Any, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> World:
    go_quickly(monkeypatch)
    return build(evening, enter(evening.cast.a))


@pytest.fixture
def someone(world: World, enter: Enter) -> Callable[[str, str], Client]:
    """The browser of the first whom the table lets in at an address."""
    cast, hired = world.cast, world.hired
    people = {
        "A": cast.a, "B": cast.b, "O": cast.outsider, "D": hired["D01"], "M": cast.manager, "E": hired["E01"],
        "W": cast.other_manager, "S": cast.supervisor, "R": cast.risk_manager, "G": cast.general_manager,
        "X": cast.admin, "U": hired["K01"], "C": hired["C01"],
    }  # fmt: skip
    browsers: dict[str, Client] = {}
    table = TABLE.read()

    def someone(name: str, verb: str) -> Client:
        marks = dict(zip(WHO.split(), table[name, verb].split(), strict=True))
        who = next((who for who in people if marks[who] in "+~"), "A")
        if who not in browsers:
            browsers[who] = enter(people[who])
        return browsers[who]

    return someone


def no_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """A standby's database: it refuses what writes, and every lock that a writer takes."""
    looked = Writes()
    looked(lambda *_: None, sql, params, many, context)
    if looked.tables or sql.startswith("LOCK") or "FOR UPDATE" in sql:
        raise InternalError(f"cannot execute {sql[:40]} in a read-only transaction")
    return execute(sql, params, many, context)


def test_every_page_refuses_what_is_sent_while_the_house_is_closed(
    world: World, someone: Callable[[str, str], Client]
) -> None:
    """503 with the reason and when to come again, whatever the page; nothing is written."""
    table, wrong = TABLE.read(), []
    for name in sorted({address.name for address in every_page()} - OPEN_WHEN_CLOSED):
        if NO_SUCH_VERB in table[name, "POST"]:
            continue
        how, browser, writes = (
            OPENED.get(name, Opened()),
            someone(name, "POST"),
            Writes("django_session", "usersessions_usersession"),
        )
        with undone():
            how.first(world)
            address = reverse(name, kwargs=how.named(world))
            ReadOnly.objects.create(because=BECAUSE, by="X01")
            with connection.execute_wrapper(writes):
                answer = browser.post(address)
        if answer.status_code != 503 or writes.tables or BECAUSE not in answer.content.decode():
            wrong.append(f"{name}: {answer.status_code} {writes.tables}")
        elif answer.headers["Retry-After"] != "300" or BECAUSE not in unquote(answer.headers["X-Refused"]):
            wrong.append(f"{name}: does not say when to come again, or why, to a device")
    assert wrong == []


def test_every_page_is_read_on_a_replica(world: World, someone: Callable[[str, str], Client], settings: Any) -> None:
    """The database takes no write at all: pages are shown all the same; what has an act written is refused (503)."""
    table, wrong = TABLE.read(), []
    for name in sorted({address.name for address in every_page()}):
        if "+" not in table[name, "GET"]:
            continue
        how, browser = OPENED.get(name, Opened()), someone(name, "GET")
        with undone():
            how.first(world)
            address = reverse(name, kwargs=how.named(world))
            settings.READ_ONLY_BECAUSE = "只读副本"
            with connection.execute_wrapper(no_writes):
                answer = browser.get(address)
            settings.READ_ONLY_BECAUSE = ""
        is_picture = answer.headers.get("Content-Type", "").startswith("image/")  # a page shows it, nobody saves it
        is_export = "Content-Disposition" in answer.headers and name not in NO_EXPORTS and not is_picture
        if is_export or answer.status_code not in (200, 302, 503):
            wrong.append(f"{name}: {answer.status_code}")
        if answer.status_code == 503 and "只读副本" not in answer.content.decode():
            wrong.append(f"{name}: refused without the reason")
    assert wrong == []


def test_pages_say_so_and_lists_are_shown(world: World, enter: Enter) -> None:
    """The reason stands above every page; the clients are there; the administrator opens the house by the page."""
    close(because=BECAUSE, actor="X01", door="command")
    assert BECAUSE in enter(world.cast.a).get("/").content.decode()
    assert "东方钢铁" in enter(world.cast.a).get("/clients/").content.decode()
    admin = enter(world.cast.admin)
    assert admin.post("/system/read-only/", {"open": "1"}).status_code == 302
    assert BECAUSE not in admin.get("/").content.decode()


def test_an_export_is_refused_and_nothing_of_it_is_written(world: World, enter: Enter) -> None:
    """Taking a file has an act written, so none is taken while nothing is: 503 and the reason, not a fault."""
    close(because=BECAUSE, actor="X01", door="command")
    acts = Act.objects.count()
    address = reverse("risk.file", kwargs={"quarter": "2026Q3", "code": "department"})
    answer = enter(world.cast.risk_manager).get(address)
    assert answer.status_code == 503
    assert BECAUSE in answer.content.decode()
    assert Act.objects.count() == acts


def test_commands_that_write_are_refused_and_the_night_waits(world: World, tmp_path: Any) -> None:
    """An import and the day say why, in the words of the switch; what only reads goes on; opened again, both go through."""
    close(because=BECAUSE, actor="X01", door="command")
    run = CliRunner()
    table = tmp_path / "grades.csv"
    table.write_text(f"证件号码,风险分类,生效日,理由,评定人\n{FOOD},关注,2026-09-30,季末,周丁\n", "utf-8")
    refused = run.invoke(command.baohou, ["import", "grades", str(table)])
    assert isinstance(refused.exception, TakesNoChanges)
    assert BECAUSE in refused.exception.message
    night = run.invoke(command.baohou, ["day", "--on", "2026-10-21"])
    assert isinstance(night.exception, TakesNoChanges), night.output
    for reading in (["duties", "--on", "2026-10-20"], ["rules", "list"], ["readonly", "off"]):
        done = run.invoke(command.baohou, reading)
        assert done.exit_code == 0, (reading, done.output, done.exception)
    assert run.invoke(command.baohou, ["import", "grades", str(table)]).exit_code == 0
    assert engine.run(on=date(2026, 10, 21)).ran
