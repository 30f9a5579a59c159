"""Nobody checks an act of one's own by a detour: through a system of one's own, or as somebody whose log-in one reset."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.kernel.api.models import System
from baohou.kernel.api.tokens import add_system, make_system_token, scopes_of
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.approvals.of_posts import ask_post
from baohou.kernel.approvals.queries import list_waiting_for, why_not
from baohou.kernel.audit.models import Act
from baohou.kernel.entrance import factors
from baohou.kernel.people.logins import give_login
from baohou.kernel.people.models import Post, Staff
from tests.api.conftest import Caller, call_as
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.kernel.approvals.conftest import person, told

__all__ = ["call_as"]
pytestmark = pytest.mark.django_db
WANTED = {"post": "risk_manager", "department": None, "effective_on": "2026-10-25", "because": "接任"}


def _system(by: Staff, code: str = "robot") -> System:
    said = {"name": "人事系统", "post": Post.ADMIN, "department": None}
    return add_system(code=code, **said, actor=by.staff_no, door="page")


def _program(system: System, by: Staff) -> Caller:
    said = {"name": "取数", "scopes": scopes_of(Post.ADMIN), "days": 3}
    return Caller(make_system_token(system=system, **said, actor=by.staff_no, door="page").text)


def _asked(program: Caller, about: Staff) -> Proposal:
    assert program.send(f"/staff/{about.pk}/postings", WANTED).status_code == 202
    return Proposal.objects.latest("pk")


def test_who_registered_a_system_does_not_check_what_it_asks(manned: Portfolio, call_as: Any, enter: Enter) -> None:
    """郑辛's own program asks for 周戊 to become risk manager: neither page nor API lets 郑辛 approve it; 赵己 may."""
    cast = manned.cast
    proposal = _asked(_program(_system(cast.admin), cast.general_manager), cast.supervisor)
    answer = call_as(cast.admin).send(f"/approvals/{proposal.pk}/approve")
    assert answer.json()["code"] == "approvals.not_by_you"
    assert "您登记的系统" in answer.json()["message"]
    page = reverse("approvals.one", args=[proposal.pk])
    said = enter(cast.admin).post(page, {"answer": "approve"}, follow=True).content.decode()
    assert "您登记的系统" in said
    assert list_waiting_for(person(cast.admin), limit=9) == []
    with pytest.raises(IntegrityError, match="nobody_checks_what_their_system_asked"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(checker=cast.admin, state=2, decided_at=proposal.made_at)
    assert services.approve(proposal=proposal, **told(cast.risk_manager)).state == State.APPROVED


def test_who_made_the_token_does_not_check_what_it_asks(manned: Portfolio) -> None:
    """王庚 registered the system and 郑辛 made its token: neither of them is a second pair of eyes."""
    cast = manned.cast
    proposal = _asked(_program(_system(cast.general_manager), cast.admin), cast.supervisor)
    for staff in (cast.admin, cast.general_manager):
        with pytest.raises(Refused, match=r"令牌|登记的系统"):
            services.approve(proposal=proposal, **told(staff))
        assert list_waiting_for(person(staff), limit=9) == []
    assert services.approve(proposal=proposal, **told(cast.risk_manager)).state == State.APPROVED


def test_who_is_behind_a_system_is_not_somebody_else_who_could_check(manned: Portfolio) -> None:
    """Only 郑辛 can log in: what 郑辛's program asks is done and marked 无人可复核."""
    Staff.objects.exclude(pk=manned.cast.admin.pk).update(user=None)
    program = _program(_system(manned.cast.admin), manned.cast.admin)
    assert program.send(f"/staff/{manned.cast.supervisor.pk}/postings", WANTED).status_code == 201
    assert Proposal.objects.get().state == State.ALONE


def _reset(staff: Staff, by: str = "X01") -> None:
    staff.refresh_from_db()
    give_login(staff=staff, on=TODAY, actor=by, door="page")


def _by_admin(world: Portfolio) -> Proposal:
    said = {"post": Post.CLERK, "effective_on": date(2026, 11, 2), "because": "调动"}
    asked = ask_post(staff=world.cast.supervisor, department=None, **said, **told(world.cast.admin))
    assert asked.proposal is not None
    return asked.proposal


def test_a_log_in_that_the_maker_reset_checks_nothing_of_the_makers(
    manned: Portfolio, call_as: Any, enter: Enter
) -> None:
    """郑辛 asks, then gives 赵己 another password and would enter as 赵己: told why not; 王庚 may, and 赵己 others'."""
    cast = manned.cast
    proposal = _by_admin(manned)
    _reset(cast.risk_manager)
    Staff.objects.filter(pk=cast.risk_manager.pk).update(must_change_password=False)
    page = reverse("approvals.one", args=[proposal.pk])
    risk = enter(cast.risk_manager)
    assert "登录是提请人" in risk.get(page).content.decode()
    risk.post(page, {"answer": "approve"})
    answer = call_as(cast.risk_manager).send(f"/approvals/{proposal.pk}/approve")
    assert answer.json()["code"] == "approvals.not_by_you"
    assert "登录是提请人" in answer.json()["message"]
    proposal.refresh_from_db()
    assert proposal.state == State.PENDING
    assert services.approve(proposal=proposal, **told(cast.general_manager)).state == State.APPROVED


def test_a_factor_that_the_maker_reset_counts_as_well(manned: Portfolio) -> None:
    cast = manned.cast
    cast.risk_manager.refresh_from_db()
    Authenticator.objects.create(user=cast.risk_manager.user, type=Authenticator.Type.TOTP, data={})
    proposal = _by_admin(manned)
    factors.reset(staff=cast.risk_manager, on=TODAY, actor="X01", door="page")
    with pytest.raises(Refused, match="第二因素是提请人"):
        services.approve(proposal=proposal, **told(cast.risk_manager))


@pytest.mark.parametrize(("ago", "may"), [(6, False), (8, True)])
def test_a_reset_before_it_was_asked_counts_for_some_days(
    manned: Portfolio, monkeypatch: pytest.MonkeyPatch, ago: int, may: bool
) -> None:
    """Seven days as it comes; the installation may say otherwise."""
    then = timezone.now() - timedelta(days=ago)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: then)
        _reset(manned.cast.risk_manager)
    proposal = _by_admin(manned)
    risk = person(manned.cast.risk_manager)
    assert (why_not(risk, proposal) == "") is may
    monkeypatch.setattr("django.conf.settings.RESET_LOGIN_DAYS", 30)
    assert why_not(risk, proposal)


def test_a_reset_by_somebody_else_bars_nobody(manned: Portfolio) -> None:
    proposal = _by_admin(manned)
    _reset(manned.cast.risk_manager, by="X02")
    assert why_not(person(manned.cast.risk_manager), proposal) == ""
    assert Act.objects.filter(verb="people.reset_login").exists()


def test_a_system_gets_its_post_when_somebody_has_agreed(manned: Portfolio, enter: Enter) -> None:
    """郑辛 would register a program with a risk manager's rights, which see whole identity numbers: it waits for 赵己."""
    admin, sent = (
        enter(manned.cast.admin),
        {"code": "OA", "name": "办公系统", "post": "risk_manager", "because": "取数"},
    )
    assert "已提请复核" in admin.post("/systems/", sent, follow=True).content.decode()
    assert not System.objects.exists()
    assert "待复核" in admin.get("/systems/").content.decode()
    proposal = Proposal.objects.get(kind="api.system")
    with pytest.raises(Refused, match="自己提请"):
        services.approve(proposal=proposal, **told(manned.cast.admin))
    services.approve(proposal=proposal, **told(manned.cast.risk_manager))
    assert System.objects.get().post == Post.RISK_MANAGER
    act = Act.objects.get(verb="api.add_system")
    assert (act.by, act.because, act.facts["checked_by"]) == ("X01", "取数", "R01")
    taken = admin.post("/systems/", sent).content.decode()
    assert "已有系统使用" in taken
