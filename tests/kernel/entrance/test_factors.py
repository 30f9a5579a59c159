"""The second factor: set up, asked for, used once, recovered, demanded, reset."""

from __future__ import annotations

import re
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from baohou.core.errors import Refused
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.entrance import factors
from baohou.kernel.notices.models import Notice
from baohou.kernel.people.models import Staff
from tests.cast import Cast
from tests.kernel.entrance.conftest import PASSWORD, code_of, is_in, log_in, set_up_factor

pytestmark = pytest.mark.django_db
ADMIN = {"actor": "X01", "door": "page"}


def _with_factor(who: str = "A01") -> tuple[Client, str, list[str]]:
    browser = Client()
    log_in(browser, who)
    return browser, *set_up_factor(browser)


def test_with_a_factor_the_password_alone_opens_nothing(staff: Cast) -> None:
    """After the password 张甲 is asked for the code, and is not logged in before it."""
    _, secret, _ = _with_factor()
    browser = Client()
    assert log_in(browser, "A01")["Location"] == "/login/code/"
    assert not is_in(browser)
    answer = browser.post("/login/code/", {"code": code_of(secret)})
    assert answer["Location"] == "/" and is_in(browser)
    assert Act.objects.filter(verb="login.entered").latest("pk").facts == {"by": "password"}


def test_the_page_asked_for_comes_after_the_code(staff: Cast) -> None:
    _, secret, _ = _with_factor()
    browser = Client()
    browser.post("/login/", {"username": "A01", "password": PASSWORD, "next": "/clients/"})
    assert browser.post("/login/code/", {"code": code_of(secret)})["Location"] == "/clients/"


def test_a_code_works_once(staff: Cast) -> None:
    """Whoever looked over the shoulder and types the same code within the half minute is refused."""
    _, secret, _ = _with_factor()
    code = code_of(secret)
    for browser, works in ((Client(), True), (Client(), False)):
        log_in(browser, "A01")
        assert (browser.post("/login/code/", {"code": code}).status_code == 302) is works


def test_the_code_that_set_it_up_does_not_log_in(staff: Cast) -> None:
    _, secret, _ = _with_factor()
    browser = Client()
    log_in(browser, "A01")
    answer = browser.post("/login/code/", {"code": code_of(secret, 0)})
    assert answer.status_code == 200 and "已经用过" in answer.content.decode()


def test_wrong_codes_wait(staff: Cast) -> None:
    """Five wrong codes, then a wait (429), also after the password is typed anew; each is an act."""
    _, secret, _ = _with_factor()
    browser = Client()
    log_in(browser, "A01")
    for _ in range(5):
        assert browser.post("/login/code/", {"code": "000000"}).status_code == 200
    assert browser.post("/login/code/", {"code": code_of(secret)}).status_code == 429
    other = Client()
    log_in(other, "A01")
    assert other.post("/login/code/", {"code": code_of(secret)}).status_code == 429
    assert [one.facts["why"] for one in Act.objects.filter(verb="login.failed")] == ["code"] * 5


def test_nobody_comes_to_the_code_without_the_password(staff: Cast) -> None:
    assert Client().get("/login/code/")["Location"] == "/login/"
    assert Client().post("/login/code/", {"code": "000000"})["Location"] == "/login/"


def test_a_recovery_code_works_once(staff: Cast) -> None:
    _, _, codes = _with_factor()
    assert len(set(codes)) == 10 and all(re.fullmatch(r"\d{4}-\d{4}-\d{4}", code) for code in codes)
    for browser, works in ((Client(), True), (Client(), False)):
        log_in(browser, "A01")
        assert (browser.post("/login/code/", {"code": codes[3]}).status_code == 302) is works


def test_new_recovery_codes_make_the_old_ones_void(staff: Cast) -> None:
    browser, _, old = _with_factor()
    new = browser.post("/security/factor/codes/").context["codes"]
    assert not set(old) & set(new)
    other = Client()
    log_in(other, "A01")
    assert other.post("/login/code/", {"code": old[0]}).status_code == 200
    assert other.post("/login/code/", {"code": new[0]}).status_code == 302


def test_seeds_stand_nowhere_in_clear(staff: Cast) -> None:
    """Neither in the table, nor in what the history tells."""
    _, secret, codes = _with_factor()
    kept = (
        str(list(Authenticator.objects.values())) + str(list(Change.objects.values())) + str(list(Act.objects.values()))
    )
    assert secret not in kept
    assert not any(code.replace("-", "") in kept for code in codes)


def test_it_rejects_a_wrong_first_code(staff: Cast) -> None:
    browser = Client()
    log_in(browser, "A01")
    secret = browser.get("/security/factor/").context["secret"]
    answer = browser.post("/security/factor/", {"code": "000000"})
    assert answer.status_code == 200 and "验证码不对" in answer.content.decode()
    assert answer.context["secret"] == secret, "the phone keeps what it scanned"
    assert not Authenticator.objects.exists()


def test_setting_one_up_ends_the_other_sessions(staff: Cast) -> None:
    there = Client()
    log_in(there, "A01")
    here, _, _ = _with_factor()
    assert is_in(here) and not is_in(there)
    assert Act.objects.get(verb="login.factor_added").by == "A01"


def test_removing_it_is_written_down(staff: Cast) -> None:
    browser, _, _ = _with_factor()
    browser.post("/security/factor/remove/")
    assert not Authenticator.objects.exists()
    assert Act.objects.get(verb="login.factor_removed").by == "A01"
    assert log_in(Client(), "A01")["Location"] == "/"


@pytest.mark.parametrize("posts", [[""], ["project_manager"]])
def test_who_is_demanded_sets_it_up_before_anything_else(staff: Cast, posts: list[str]) -> None:
    """张甲, already logged in, comes no further than the page that sets it up; then everything opens."""
    browser = Client()
    log_in(browser, "A01")
    factors.demand(posts=posts, **ADMIN)
    for page in ("/clients/", "/duties/", "/notices/"):
        assert browser.get(page)["Location"] == "/security/factor/"
    assert browser.post("/notices/read/")["Location"] == "/security/factor/"
    set_up_factor(browser)
    assert browser.get("/notices/").status_code == 200


def test_others_are_not_asked(staff: Cast) -> None:
    factors.demand(posts=["admin"], **ADMIN)
    browser = Client()
    log_in(browser, "A01")
    assert browser.get("/notices/").status_code == 200


def test_it_is_demanded_of_one_person(staff: Cast) -> None:
    factors.demand_of(staff=staff.a, wanted=True, **ADMIN)
    browser, other = Client(), Client()
    log_in(browser, "A01")
    log_in(other, "B01")
    assert browser.get("/notices/")["Location"] == "/security/factor/"
    assert other.get("/notices/").status_code == 200
    factors.demand_of(staff=staff.a, wanted=False, **ADMIN)
    assert browser.get("/notices/").status_code == 200


def test_one_that_is_demanded_is_not_removed(staff: Cast) -> None:
    browser, _, _ = _with_factor()
    factors.demand(posts=[""], **ADMIN)
    browser.post("/security/factor/remove/")
    assert Authenticator.objects.filter(type="totp").exists()
    assert "不能取消" in browser.get("/security/").content.decode()


def test_the_administrator_demands_by_page(staff: Cast) -> None:
    """郑辛 ticks two posts, then everyone; who has none yet is listed. Also 郑辛 sets one up next."""
    admin = Client()
    log_in(admin, "X01")
    admin.post("/people/factors/", {"post": ["project_manager", "auditor"]})
    page = admin.get("/people/factors/")
    assert {one.staff.staff_no for one in page.context["lacking"]} == {"A01", "B01", "O01"}
    admin.post("/people/factors/", {"everyone": "1", "post": ["auditor"]})
    assert factors.list_demanded_posts() == {""}
    assert admin.get("/people/factors/")["Location"] == "/security/factor/"
    assert [one.facts for one in Act.objects.filter(verb="login.demanded").order_by("pk")] == [
        {"everyone": False, "posts": ["auditor", "project_manager"]},
        {"everyone": True, "posts": []},
    ]


def test_it_rejects_a_post_that_is_none(staff: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        factors.demand(posts=["left"], **ADMIN)
    assert refusal.value.code == "login.demand.post"


def test_a_lost_one_is_reset_and_its_owner_told(staff: Cast) -> None:
    """张甲 lost the phone: 郑辛 resets it, sessions end, 张甲 reads of it and logs in by password."""
    old, _, _ = _with_factor()
    admin = Client()
    log_in(admin, "X01")
    admin.post(f"/people/{staff.a.pk}/entrance/", {"do": "reset"})
    assert not Authenticator.objects.exists() and not is_in(old)
    assert Notice.objects.get(staff=staff.a).kind == "login.factor_reset"
    act = Act.objects.get(verb="login.factor_reset")
    assert (act.by, act.facts["staff_no"]) == ("X01", "A01")
    assert log_in(Client(), "A01")["Location"] == "/"


def test_it_rejects_a_reset_of_nothing(staff: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        factors.reset(staff=Staff.objects.get(staff_no="B01"), on=date(2026, 10, 20), **ADMIN)
    assert refusal.value.code == "login.factor.none"
