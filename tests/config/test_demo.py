"""The demonstration's open quarter: whatever day it is started on, something of each kind is under way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from baohou.config.demo.company import Company
from baohou.core.period import quarter_of
from baohou.day import engine
from baohou.guarantee.models import FilingStep, HandOver, PlannedDate, Proposal, Visit
from baohou.guarantee.queries.grading import State, get_table
from baohou.guarantee.queries.plans import get_review
from baohou.guarantee.rules.words import FilingVerb
from baohou.kernel.accountability.models import Appeal, Entry
from baohou.kernel.approvals.models import Proposal as Check
from baohou.kernel.approvals.models import State as CheckState
from baohou.kernel.hooks.models import Delivery
from baohou.kernel.outbox.models import Message
from baohou.kernel.papers.models import Seal, Volume
from baohou.kernel.papers.records import check
from baohou.kernel.people.models import Deputy, FactorDemand
from tests.demo import begin_demo

pytestmark = pytest.mark.django_db
DAYS = (
    date(2026, 10, 1),
    date(2026, 10, 12),
    date(2026, 11, 24),
    date(2026, 12, 31),
    date(2027, 1, 4),
    date(2028, 2, 29),
)


def _begin(on: date, clients: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company of so many clients on a day, its quarter opened."""
    begin_demo(on=on, clients=clients, folder=folder, patch=monkeypatch)
    return Company(on)


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_something_of_each_kind_is_under_way(on: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two departments: the first works at table and hand-over, the second at its plan."""
    company = _begin(on, 60, tmp_path, monkeypatch)
    first, second = company.departments
    begun, done = (get_table(department=one, quarter=company.ended.last) for one in (first, second))
    assert 0 < begun.graded_count < len(begun.lines)
    assert (begun.state, done.state) == (State.OPEN, State.ACCEPTED)
    planned = company.ended.next()
    assert get_review(department=first, quarter=planned).state == "accepted"
    assert get_review(department=second, quarter=planned).state == "open"
    assert PlannedDate.objects.exists()
    assert [one.department for one in HandOver.objects.filter(items__sent_back__gt="").distinct()] == [first]
    assert Volume.objects.get().unit == second.name
    assert Seal.objects.filter(kind="visit_report").count() >= 2
    assert Appeal.objects.filter(closed_on=None).count() == 1
    waiting = Check.objects.filter(state=CheckState.PENDING)
    assert set(waiting.values_list("kind", flat=True)) == {"grade.risk", "penalty.waive"}
    assert (
        Delivery.objects.filter(type="visit.recorded").count() == Visit.objects.filter(submission__isnull=False).count()
    )
    assert not Message.objects.filter(channel="hook").exists()  # nothing leaves a machine that shows a demonstration
    assert FactorDemand.objects.get().staff in company.managers(second)
    assert Deputy.objects.get().first_on <= on <= Deputy.objects.get().last_on


def test_nobody_is_late_with_what_was_handed_in_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2026-11-24: only the unfinished table of 业务一部 and the unfinished plan of 业务二部 have cost anything."""
    company = _begin(date(2026, 11, 24), 60, tmp_path, monkeypatch)
    late = Entry.objects.filter(opens_on=company.ended.last, party=None)
    assert sorted(one.department.name for one in late if one.department) == ["业务一部", "业务二部"]
    assert engine.verify().differences == 0


def test_three_departments_are_at_three_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """业务三部: its table waits, its plan came back with a reason; every seal is whole."""
    company = _begin(date(2026, 11, 24), 240, tmp_path, monkeypatch)
    assert [one.name for one in company.departments] == ["业务一部", "业务二部", "业务三部"]
    third = company.departments[2]
    assert get_table(department=third, quarter=company.ended.last).state is State.HANDED_IN
    back = FilingStep.objects.get(verb=FilingVerb.RETURNED, filing__department=third)
    assert back.because
    assert [seal.code for seal in Seal.objects.all() if not check(seal).intact] == []
    assert quarter_of(company.on) == company.ended.next()


@pytest.mark.parametrize("clients", [1, 3])
def test_a_handful_of_clients_is_enough(clients: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    company = _begin(date(2026, 10, 1), clients, tmp_path, monkeypatch)
    assert company.departments


def test_the_same_day_tells_the_same_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for _ in range(2):
        with transaction.atomic():
            _begin(date(2026, 10, 12), 40, tmp_path, monkeypatch)
            told.append(
                (
                    sorted(Proposal.objects.values_list("client__id_no", "grade", "because", "by__staff_no")),
                    sorted(PlannedDate.objects.values_list("client__id_no", "planned_on", "kind")),
                    sorted(Entry.objects.values_list("staff__staff_no", "dated", "amount_fen", "because")),
                    sorted(Appeal.objects.values_list("staff__staff_no", "text")),
                )
            )
            transaction.set_rollback(True)
    assert told[0] == told[1]
