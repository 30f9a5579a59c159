"""Who may call, what is said when it fails, and that every write happens once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from baohou.core.masking import mask
from baohou.guarantee.models import GradeChange
from baohou.kernel.api.forms import SCOPES
from baohou.kernel.api.models import Call, Token
from baohou.kernel.api.tokens import OWN, revoke
from baohou.kernel.audit.models import Act
from baohou.kernel.entrance import factors
from baohou.kernel.people.policy import Right
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db

GRADE = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}


def test_it_rejects_calls_without_a_token(evening: Portfolio) -> None:
    """Nobody reads without a token, and a session's cookie is none: 401 in the API's own words."""
    browser = Client()
    user = User.objects.create(username="M01")
    evening.cast.manager.user = user
    evening.cast.manager.save()
    browser.force_login(user)
    for answer in (browser.get("/api/v1/clients"), Caller("bh_0_x").get("/clients"), Caller("").get("/nothing")):
        assert answer.status_code == 401
        assert answer.json()["code"] == "api.unauthorized"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_manager_sees_own_clients_only(evening: Portfolio, call_as: CallAs) -> None:
    """张甲 of 业务一部 sees 东方钢铁; 湖滨食品 is another department's and not found."""
    caller = call_as(evening.cast.a)
    assert [one["name"] for one in caller.get("/clients").json()["items"]] == ["东方钢铁有限公司"]
    assert caller.get(f"/clients/{evening.steel.pk}").json()["id_no"] == mask(evening.steel.id_no)
    hidden = caller.get(f"/clients/{evening.food.pk}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "api.not_found")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/nothing", 404, "api.not_found"),
        ("get", "/clients/abc", 422, "api.invalid"),
        ("get", "/clients?limit=201", 422, "api.invalid"),
        ("get", "/clients?cursor=abc", 422, "api.cursor"),
        ("delete", "/clients", 405, "api.method_not_allowed"),
    ],
)
def test_every_failure_has_one_shape(
    evening: Portfolio, call_as: CallAs, method: str, path: str, status: int, code: str
) -> None:
    """Code, message and where, whatever went wrong."""
    caller = call_as(evening.cast.manager)
    answer = getattr(Client(), method)(f"/api/v1{path}", headers={"Authorization": f"Bearer {caller.token}"})
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "where"}
    assert answer.json()["code"] == code


def test_a_scope_narrows_the_rights_of_the_post(evening: Portfolio, call_as: CallAs) -> None:
    """钱丙 may change grades, but not by a token that only plans visits."""
    path = f"/clients/{evening.steel.pk}/grades"
    assert call_as(evening.cast.manager, ["plan_visit"]).send(path, GRADE).status_code == 403
    assert call_as(evening.cast.manager, ["change_grade"]).send(path, GRADE).status_code == 201
    assert call_as(evening.cast.a).send(path, GRADE).status_code == 403


def test_a_revoked_or_expired_token_opens_nothing(evening: Portfolio, call_as: CallAs) -> None:
    """Revoked by its owner, expired by the clock, or its user locked: 401."""
    revoked, expired, locked = (call_as(evening.cast.manager) for _ in range(3))
    revoke(token=Token.objects.get(prefix=revoked.token.split("_")[1]), actor="M01", door="page")
    Token.objects.filter(prefix=expired.token.split("_")[1]).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert revoked.get("/clients").status_code == 401
    assert expired.get("/clients").status_code == 401
    assert locked.get("/clients").status_code == 200
    user = evening.cast.manager.user
    assert user is not None
    user.is_active = False
    user.save()
    assert locked.get("/clients").status_code == 401


def test_of_a_token_only_the_digest_is_kept(evening: Portfolio, call_as: CallAs) -> None:
    """The secret stands in no row: neither of the token nor of the audit."""
    caller = call_as(evening.cast.manager)
    secret = caller.token.split("_", 2)[2]
    token = Token.objects.get(prefix=caller.token.split("_")[1])
    assert secret not in token.digest
    assert not Act.objects.filter(facts__icontains=secret).exists()


def test_too_many_calls_in_a_minute_wait(evening: Portfolio, call_as: CallAs, settings: object) -> None:
    """With two calls a minute the third is asked to wait."""
    settings.API_CALLS_PER_MINUTE = 2  # type: ignore[attr-defined]
    caller = call_as(evening.cast.manager)
    assert [caller.get("/clients").status_code for _ in range(3)] == [200, 200, 429]
    assert int(caller.get("/clients").headers["Retry-After"]) > 0


class TestOnce:
    """The same key asks for the same thing once."""

    def test_a_write_needs_a_key(self, evening: Portfolio, call_as: CallAs) -> None:
        """Without an Idempotency-Key nothing is written."""
        caller = call_as(evening.cast.manager)
        answer = Client().post(
            f"/api/v1/clients/{evening.steel.pk}/grades",
            GRADE,
            content_type="application/json",
            headers={"Authorization": f"Bearer {caller.token}"},
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "api.idempotency.missing")
        assert answer.json()["where"] == "Idempotency-Key"
        assert not GradeChange.objects.exists()

    def test_the_answer_is_given_again(self, evening: Portfolio, call_as: CallAs) -> None:
        """A grade sent twice is given once; the second answer is the first, and says that it is."""
        caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
        first = caller.send(path, GRADE, key="k-1")
        again = caller.send(path, dict(reversed(GRADE.items())), key="k-1")
        assert first.status_code == again.status_code == 201
        assert first.content == again.content
        assert again.headers["Idempotent-Replayed"] == "true"
        assert GradeChange.objects.count() == 1

    def test_it_rejects_a_known_key_for_other_content(self, evening: Portfolio, call_as: CallAs) -> None:
        """Another grade, or another path, under the same key: 422, and nothing is written."""
        caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
        caller.send(path, GRADE, key="k-1")
        other = caller.send(path, {**GRADE, "grade": "risk"}, key="k-1")
        elsewhere = caller.send(f"/clients/{evening.food.pk}/grades", GRADE, key="k-1")
        for answer in (other, elsewhere):
            assert (answer.status_code, answer.json()["code"]) == (422, "api.idempotency.other_content")
        assert GradeChange.objects.count() == 1

    def test_keys_of_two_people_are_two(self, evening: Portfolio, call_as: CallAs) -> None:
        """钱丙 and 赵己 happen to choose the same key: both are heard."""
        path = f"/clients/{evening.steel.pk}/grades"
        assert call_as(evening.cast.manager).send(path, GRADE, key="1").status_code == 201
        later = {**GRADE, "grade": "risk", "effective_on": "2026-10-20"}
        assert call_as(evening.cast.risk_manager).send(path, later, key="1").status_code == 201

    def test_a_refusal_is_stored_and_a_missing_right_is_not(self, evening: Portfolio, call_as: CallAs) -> None:
        """Refused with a field is 422 and stays so; what was forbidden can be asked again once it is allowed."""
        caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
        bad = {**GRADE, "because": " "}
        refused = [caller.send(path, bad, key="k-2") for _ in range(2)]
        assert [answer.status_code for answer in refused] == [422, 422]
        assert refused[0].json() == refused[1].json()
        assert refused[0].json()["where"] == "because"
        call_as(evening.cast.a).send(path, GRADE, key="k-3")
        assert Call.objects.filter(status__in=[403, 404]).count() == 0

    def test_while_one_is_at_work_the_other_waits(self, evening: Portfolio, call_as: CallAs) -> None:
        """A call that is running answers 409; when its worker died, the lease runs out and the work is done."""
        caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
        caller.send(path, GRADE, key="k-4")
        GradeChange.objects.all().delete()
        running = Call.objects.get()
        Call.objects.update(ended_at=None, status=0, answer="")
        busy = caller.send(path, GRADE, key="k-4")
        assert (busy.status_code, busy.json()["code"]) == (409, "api.idempotency.running")
        assert busy.headers["Retry-After"]
        Call.objects.filter(pk=running.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert caller.send(path, GRADE, key="k-4").status_code == 201
        assert GradeChange.objects.get().effective_on == date(2026, 10, 19)

    def test_a_key_is_forgotten_after_its_time(self, evening: Portfolio, call_as: CallAs) -> None:
        """After 48 hours the row is gone, and the key is new."""
        caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
        caller.send(path, GRADE, key="k-5")
        Call.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        other = caller.send(path, {**GRADE, "grade": "risk", "effective_on": "2026-10-20"}, key="k-5")
        assert other.status_code == 201
        assert Call.objects.count() == 1

    def test_the_door_of_the_act_is_the_api(self, evening: Portfolio, call_as: CallAs) -> None:
        """The audit says who, and that it came by the API."""
        call_as(evening.cast.manager).send(f"/clients/{evening.steel.pk}/grades", GRADE)
        act = Act.objects.get(verb="grades.change")
        assert (act.by, act.door) == ("M01", "api")


def test_every_scope_has_a_name() -> None:
    """Whoever makes a token reads in words what it may do: a new right needs one."""
    assert set(SCOPES) == {right.value for right in Right} | {OWN}


def test_whoever_owes_a_second_factor_sets_it_up_before_tokens_go_on(evening: Portfolio, call_as: CallAs) -> None:
    """A factor is demanded of 钱丙, who has none: 403 with what to do, read or write."""
    manager, other = call_as(evening.cast.manager), call_as(evening.cast.a)
    assert manager.get("/me").status_code == 200
    factors.demand_of(staff=evening.cast.manager, wanted=True, actor="X01", door="page")
    for answer in (manager.get("/clients"), manager.send(f"/clients/{evening.steel.pk}/grades", {})):
        assert (answer.status_code, answer.json()["code"]) == (403, "api.owes_factor")
        assert "第二因素" in answer.json()["message"] and "请先" in answer.json()["message"]
    assert other.get("/me").status_code == 200
    Authenticator.objects.create(user=evening.cast.manager.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert manager.get("/me").status_code == 200
