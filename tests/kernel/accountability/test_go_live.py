"""Deciding the day of going live: free before anything is booked, afterwards with a reason and a second pair of eyes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from baohou.config.commands.settings import settings
from baohou.core.errors import Refused
from baohou.day import engine
from baohou.kernel.accountability.checks import ask_go_live
from baohou.kernel.accountability.models import Entry, GoLive
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.audit.models import Act
from tests.api.conftest import call_as
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter, jobs_in_place
from tests.kernel.approvals.conftest import manned, told

__all__ = ["call_as", "enter", "jobs_in_place", "manned"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.12")]
ON = date(2026, 10, 21)


def _booked() -> int:
    return sum(Entry.objects.values_list("amount_fen", flat=True))


def test_it_is_free_before_anything_is_booked(portfolio: Portfolio, enter: Enter, call_as: Any) -> None:
    """郑辛 sets up a new installation: by page, by API, by command, as often as need be."""
    for staff in (portfolio.cast.risk_manager, portfolio.cast.general_manager):
        enter(staff)
    enter(portfolio.cast.admin).post("/start/", {"on": "2026-10-01"})
    assert get_go_live() == date(2026, 10, 1)
    assert call_as(portfolio.cast.admin).put("/go-live", {"on": "2026-09-01"}).json() == {"on": "2026-09-01"}
    assert CliRunner().invoke(settings, ["go-live", "2026-08-01"]).exit_code == 0
    assert get_go_live() == date(2026, 8, 1)
    assert not Proposal.objects.exists()


def test_a_later_day_waits_once_penalties_are_booked(manned: Portfolio, enter: Enter, call_as: Any) -> None:
    """It would take back every penalty due before it: the page wants a reason, then it waits; 赵己 approves."""
    before = _booked()
    assert before > 0
    admin = enter(manned.cast.admin)
    assert "请写明理由" in admin.post("/start/", {"on": "2026-10-21"}).content.decode()
    admin.post("/start/", {"on": "2026-10-21", "because": "十月才正式启用"})
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.state, get_go_live()) == ("settings.go_live", State.PENDING, None)
    assert "待复核" in admin.get("/start/").content.decode()
    again = call_as(manned.cast.admin).put("/go-live", {"on": "2026-10-21", "because": "再提"})
    assert again.json()["code"] == "approvals.pending"
    engine.run(on=ON)
    assert _booked() >= before
    services.approve(proposal=proposal, **told(manned.cast.risk_manager))
    assert get_go_live() == ON
    act = Act.objects.get(verb="settings.go_live")
    assert (act.by, act.because, act.facts["checked_by"]) == ("X01", "十月才正式启用", "R01")


def test_the_api_and_the_command_ask_as_well(manned: Portfolio, call_as: Any) -> None:
    caller = call_as(manned.cast.admin)
    assert caller.put("/go-live", {"on": "2026-10-21"}).json()["where"] == "because"
    answer = caller.put("/go-live", {"on": "2026-10-21", "because": "十月才正式启用"})
    assert (answer.status_code, answer.json()["kind"]) == (202, "settings.go_live")
    caller.send(f"/approvals/{answer.json()['id']}/withdraw")
    silent = CliRunner().invoke(settings, ["go-live", "2026-10-21"])
    assert isinstance(silent.exception, Refused)
    said = CliRunner().invoke(settings, ["go-live", "2026-10-21", "--because", "十月才正式启用"])
    assert "已提请复核" in said.output
    proposal = Proposal.objects.get(state=State.PENDING)
    assert proposal.made_by.startswith("command:")
    assert (proposal.maker, GoLive.objects.count()) == (None, 0)
    assert services.approve(proposal=proposal, **told(manned.cast.general_manager)).state == State.APPROVED
    assert get_go_live() == ON


def test_a_day_decided_meanwhile_makes_it_lapse(manned: Portfolio) -> None:
    asked = ask_go_live(to=ON, because="十月才正式启用", **told(manned.cast.admin))
    GoLive.objects.create(on=date(2026, 5, 1), act=Act.objects.latest("pk"))
    assert asked.proposal is not None
    services.approve(proposal=asked.proposal, **told(manned.cast.risk_manager))
    assert get_go_live() == date(2026, 5, 1)
