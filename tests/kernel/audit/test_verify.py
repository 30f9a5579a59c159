"""What baohou verify proves: of an honest company everything, of one tampered with the first broken link."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from bench.tamper import attempt
from bench.tampered import ON, make_company
from click.testing import CliRunner
from django.conf import settings
from django.core import mail
from django.db import connection, transaction

from baohou.config.commands.verify import heads as begin
from baohou.config.commands.verify import verify
from baohou.day import engine
from baohou.kernel.audit import chain, guards, heads
from baohou.kernel.audit.models import Act, Link
from baohou.kernel.audit.services import record_act
from tests.cast import Portfolio

TIMES = 60


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "AUDIT_HEADS", [str(tmp_path / "heads.jsonl")])
    monkeypatch.setattr(settings, "VAR", tmp_path)
    return tmp_path / "heads.jsonl"


@pytest.mark.django_db
def test_every_tampering_is_found(outside: Path) -> None:
    """Sixty by chance of one seed; script/bench tamper makes a thousand."""
    make_company()
    assert CliRunner().invoke(verify).exit_code == 0
    rng = random.Random(20261020)
    tried = [attempt(rng) for _ in range(TIMES)]
    assert [(one.kind, one.what) for one in tried if not one.said] == []
    told = CliRunner().invoke(verify)
    assert told.exit_code == 0 and "全部相符" in told.output


@pytest.mark.django_db
def test_the_first_broken_link_is_named(portfolio: Portfolio, outside: Path) -> None:
    """The second act's author is changed by the owner of the database, who takes the trigger down for it."""
    chain.link_pending(everything=True)
    link = Link.objects.select_related("act").get(position=2)
    guards.take_down()
    Act.objects.filter(pk=link.act_id).update(by="0000")
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1
    assert f"第一处不符：第 2 环（留痕 {link.act_id}）" in told.output
    assert "触发器 audit_act_no_" in told.output
    guards.put_up()
    assert "触发器 audit_act_no_" not in CliRunner().invoke(verify).output


@pytest.mark.django_db
def test_a_tail_that_was_cut_shows_in_the_head_outside(portfolio: Portfolio, outside: Path) -> None:
    head = heads.write_out(on=ON)
    assert head is not None
    with guards.taken_down():
        Link.objects.filter(position=head.position).delete()
        Act.objects.filter(pk=head.act).update(mac=chain.mac_of(Act.objects.get(pk=head.act)))
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1
    assert f"链现在只到第 {head.position - 1} 环，而 {ON} 的链头是第 {head.position} 环" in told.output


@pytest.mark.django_db
def test_a_head_comes_by_mail_and_proves_as_a_file(
    portfolio: Portfolio, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "AUDIT_MAIL", ["audit@example.com"])
    head = heads.write_out(on=ON)
    assert head is not None and head.sha256 in mail.outbox[0].body
    line = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("{"))
    kept = tmp_path / "letter.jsonl"
    kept.write_text(line.replace(head.sha256, "0" * 64) + "\n", "utf-8")
    told = CliRunner().invoke(verify, ["--heads", str(kept)])
    assert told.exit_code == 1 and "链被重写，或文件被改" in told.output


@pytest.mark.django_db
def test_an_act_that_the_program_did_not_write_stays_outside(portfolio: Portfolio, outside: Path) -> None:
    """Somebody appends an act by SQL, which no trigger refuses: it is not linked, and named."""
    chain.link_pending(everything=True)
    forged = Act.objects.create(verb="accountability.waive", door="page", by="R01")
    assert chain.link_pending(everything=True) == 0
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1 and f"留痕 {forged.pk}（accountability.waive" in told.output


@pytest.mark.django_db
def test_it_proves_from_a_day_on_and_writes_nothing(portfolio: Portfolio, outside: Path) -> None:
    chain.link_pending(everything=True)
    with connection.execute_wrapper(_only_reading):
        assert CliRunner().invoke(verify, ["--since", "2026-01-01"], catch_exceptions=False).exit_code == 0


def _only_reading(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    assert sql.lstrip().upper().startswith(("SELECT", "PRAGMA", "DECLARE", "FETCH", "CLOSE")), sql
    return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_writers_side_by_side_are_linked_each_once(outside: Path) -> None:
    """Eight people act at once, one of them in a long transaction: every act has one place, none is lost."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    held, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record_act(verb="trial.slow", door="page")
            held.set()
            assert may_end.wait(900)
        connection.close()

    def quick() -> None:
        for _ in range(5):
            with transaction.atomic():
                record_act(verb="trial.quick", door="page")
        connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert held.wait(900)
    others = [threading.Thread(target=quick) for _ in range(7)]
    for one in others:
        one.start()
    for one in others:
        one.join(120)
    assert Act.objects.filter(verb="trial.quick").count() == 35, "nobody waited for the long one"
    may_end.set()
    first.join(900)
    chain.link_pending(everything=True)
    assert list(Link.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 37))
    assert CliRunner().invoke(verify).exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_of_heads_that_was_deleted_with_the_tail_is_a_fault(portfolio: Portfolio, outside: Path) -> None:
    """Day 2026-10-20 ended with its head; then the last link goes, and the file too."""
    assert CliRunner().invoke(verify).exit_code == 0, "before the first day no file is owed"
    engine.run(on=ON)
    assert CliRunner().invoke(verify).exit_code == 0
    outside.unlink()
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1
    assert f"日终已办到 {ON}，链头文件 {outside} 却不在" in told.output
    engine.run(on=ON + timedelta(days=1))
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1 and f"业务日 {ON} 办完了" in told.output, "the next night does not cover it"


@pytest.mark.django_db(transaction=True)
def test_a_day_whose_line_was_cut_is_a_fault_until_somebody_says_why(portfolio: Portfolio, outside: Path) -> None:
    """The file began on day 20; day 21 ended, and its line is cut away. A disk that was lost: heads begin anew."""
    day = ON + timedelta(days=1)
    engine.run(on=ON)
    engine.run(on=day)
    first, _ = outside.read_text("utf-8").splitlines()
    outside.write_text(first + "\n", "utf-8")
    told = CliRunner().invoke(verify)
    assert told.exit_code == 1 and f"业务日 {day} 办完了" in told.output
    engine.run(on=day + timedelta(days=1))
    assert CliRunner().invoke(verify).exit_code == 1, "another night does not cover it"
    begun = CliRunner().invoke(begin, ["--because", "磁盘损坏，已换新"])
    assert begun.exit_code == 0 and "从现在起重新记" in begun.output
    assert Act.objects.get(verb=heads.BEGIN, door="command").because == "磁盘损坏，已换新"
    assert CliRunner().invoke(verify).exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_of_another_chain_is_kept_beside_the_new_one(portfolio: Portfolio, outside: Path) -> None:
    engine.run(on=ON)
    other = outside.read_text("utf-8").replace('"sha256": "', '"sha256": "00')
    outside.write_text(other, "utf-8")
    told = CliRunner().invoke(begin, ["--because", "从别处迁来"])
    (kept,) = outside.parent.glob("heads.jsonl.*")
    assert str(kept) in told.output and kept.read_text("utf-8") == other
    assert CliRunner().invoke(verify).exit_code == 0
