"""Logging in: who is refused and told what, how failures wait, and what is written down."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from baohou.kernel.audit.models import Act
from baohou.kernel.people import postings, throttle
from baohou.kernel.people.models import LoginFailure, Post
from baohou.upkeep import closing
from tests.cast import Cast
from tests.kernel.entrance.conftest import PASSWORD, is_in, log_in

pytestmark = pytest.mark.django_db


def _acts(verb: str) -> list[dict[str, Any]]:
    return list(Act.objects.filter(verb=verb).order_by("pk").values_list("facts", flat=True))


def _later(minutes: int) -> None:
    """So many minutes pass for everything that waits."""
    for row in LoginFailure.objects.all():
        row.wait_until -= timedelta(minutes=minutes)
        row.save()


def _fail(browser: Client, who: str, times: int, **told: Any) -> Any:
    for _ in range(times):
        answer = log_in(browser, who, "falsch", **told)
    return answer


def test_it_lets_in_by_staff_number_and_password(staff: Cast) -> None:
    """张甲 logs in, whether A01 or a01 is typed; it is written down with how, and the browser is known from now on."""
    browser = Client()
    answer = log_in(browser, " a01 ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(browser)
    act = Act.objects.get(verb="login.entered")
    assert (act.by, act.facts, act.ip) == ("A01", {"by": "password"}, "127.0.0.1")
    assert answer.cookies["device"]["httponly"] and answer.cookies["device"]["samesite"] == "Lax"


def test_it_goes_on_to_the_page_asked_for_and_to_no_other_site(staff: Cast) -> None:
    asked = {"username": "A01", "password": PASSWORD}
    assert Client().post("/login/", {**asked, "next": "/clients/?q=1"})["Location"] == "/clients/?q=1"
    for foreign in ("https://example.com/", "//example.com/", "javascript:alert(1)", "https:///example.com"):
        assert Client().post("/login/", {**asked, "next": foreign})["Location"] == "/"


def test_it_rejects_a_wrong_password_and_an_unknown_number_alike(staff: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """One sentence for both. 张甲's failure is an act; of an unknown number only the log tells, and not what was typed."""
    known, unknown = log_in(Client(), "A01", "falsch"), log_in(Client(), "mein-passwort", "falsch")
    for answer in (known, unknown):
        assert answer.status_code == 200
        assert "用户名或密码不对" in answer.content.decode()
    assert _acts("login.failed") == [{"staff_no": "A01", "why": "password"}]
    assert "unknown account" in caplog.text and "mein-passwort" not in caplog.text
    assert not LoginFailure.objects.filter(key__contains="passwort").exists()


def test_it_rejects_empty_fields(staff: Cast) -> None:
    assert "请填写工号和密码" in Client().post("/login/", {"username": "A01"}).content.decode()
    assert "请填写工号和密码" in Client().post("/login/", {"username": "A\x00", "password": "x"}).content.decode()


def test_it_rejects_who_has_left_and_a_log_in_that_is_shut(staff: Cast) -> None:
    """孙戊 has left; 李乙's user is inactive."""
    gone = {"department": None, "post": Post.LEFT, "effective_on": date(2026, 1, 5), "because": "离职"}
    postings.change_post(staff=staff.supervisor, **gone, actor="X01", door="page")
    User.objects.filter(username="B01").update(is_active=False)
    browser = Client()
    assert "已办理离职" in log_in(browser, "S01").content.decode() and not is_in(browser)
    assert "用户名或密码不对" in log_in(browser, "B01").content.decode() and not is_in(browser)
    assert _acts("login.failed")[0] == {"staff_no": "S01", "why": "left"}


def test_nobody_signs_up(staff: Cast) -> None:
    for address in ("/accounts/signup/", "/signup/", "/accounts/login/", "/accounts/password/reset/"):
        assert Client().get(address).status_code == 404


def test_too_many_failures_wait_longer_each_time(staff: Cast, settings: Any) -> None:
    """After five wrong ones 张甲's account waits a minute, then two, four …, at most fifteen; the page says so (429)."""
    answer = _fail(Client(), "A01", 5)
    assert answer.status_code == 200
    answer = log_in(Client(), "A01")
    assert answer.status_code == 429 and 50 <= int(answer["Retry-After"]) <= 60
    assert "请等 1 分钟再试" in answer.content.decode()
    waits = []
    for _ in range(5):
        _later(15)
        log_in(Client(), "A01", "falsch")
        waits.append(-(-int(log_in(Client(), "A01")["Retry-After"]) // 60))
    assert waits == [2, 4, 8, 15, 15]
    assert [facts.get("wait_seconds") for facts in _acts("login.failed")][4:] == [60, 120, 240, 480, 900, 900]
    _later(15)
    browser = Client()
    assert log_in(browser, "A01").status_code == 302 and is_in(browser)


def test_attempts_during_a_wait_are_not_acts(staff: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger who goes on fills the log, not the history."""
    _fail(Client(), "A01", 5)
    before = Act.objects.count()
    _fail(Client(), "A01", 20)
    assert Act.objects.count() == before
    assert "during a wait" in caplog.text


def test_strangers_do_not_lock_out_the_owner(staff: Cast) -> None:
    """张甲 has logged in on this phone before. A stranger guesses until the account waits: 张甲 gets in all the same."""
    phone = Client()
    log_in(phone, "A01")
    phone.post("/logout/")
    assert _fail(Client(), "A01", 6, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert log_in(phone, "A01").status_code == 302 and is_in(phone)


def test_a_known_device_waits_too(staff: Cast) -> None:
    """Whoever finds 张甲's phone has five tries as well; and it is not known to 李乙's account."""
    phone = Client()
    log_in(phone, "A01")
    phone.post("/logout/")
    assert _fail(phone, "A01", 6).status_code == 429
    _fail(Client(), "B01", 5)
    assert log_in(phone, "B01").status_code == 429


def test_a_forged_device_is_a_stranger(staff: Cast) -> None:
    browser = Client()
    browser.cookies["device"] = "eyJh:made:up"
    _fail(browser, "A01", 5)
    assert LoginFailure.objects.filter(of=throttle.ACCOUNT, key=throttle.digest("A01"), count=5).exists()


def test_an_address_that_tries_many_accounts_waits(staff: Cast, settings: Any) -> None:
    """One password for every account (spraying): the address waits, another address does not."""
    settings.LOGIN_TRIES_ADDRESS = 6
    for number in range(6):
        assert log_in(Client(), f"N{number}", "Frühling2026", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert log_in(Client(), "A01", REMOTE_ADDR="203.0.113.9").status_code == 429
    assert log_in(Client(), "A01", REMOTE_ADDR="203.0.113.10").status_code == 302


def test_right_log_ins_do_not_make_an_address_wait(staff: Cast, settings: Any) -> None:
    """An office behind one address: thirty people log in, nobody waits."""
    settings.LOGIN_TRIES_ADDRESS = 3
    for _ in range(8):
        assert log_in(Client(), "A01").status_code == 302


def test_failures_are_forgotten(staff: Cast) -> None:
    """After a day four failures are none; what is old is deleted with the next."""
    _fail(Client(), "A01", 4)
    LoginFailure.objects.update(last_at=timezone.now() - timedelta(days=2))
    _fail(Client(), "B01", 1)
    assert set(LoginFailure.objects.filter(of="account").values_list("key", flat=True)) == {throttle.digest("B01")}


def test_the_administrator_lifts_a_wait(staff: Cast, settings: Any) -> None:
    """郑辛 sees on 张甲's page that it waits, and lifts it; it is written down."""
    _fail(Client(), "A01", 5)
    admin = Client()
    log_in(admin, "X01")
    page = f"/people/{staff.a.pk}/entrance/"
    assert "还要等" in admin.get(page).content.decode()
    assert admin.post(page, {"do": "lift"}).status_code == 302
    assert log_in(Client(), "A01").status_code == 302
    assert Act.objects.get(verb="login.lifted").by == "X01"


def test_only_an_administrator_lifts(staff: Cast) -> None:
    browser = Client()
    log_in(browser, "R01")
    assert browser.get(f"/people/{staff.a.pk}/entrance/").status_code == 403
    assert browser.post(f"/people/{staff.a.pk}/entrance/", {"do": "lift"}).status_code == 403


def test_logging_out_ends_the_session_and_is_written_down(staff: Cast) -> None:
    browser = Client()
    log_in(browser, "A01")
    key = browser.cookies["sessionid"].value
    assert browser.get("/logout/").status_code == 405
    left = browser.post("/logout/")
    assert (left["Location"], left["Clear-Site-Data"]) == ("/login/", '"cache"')
    assert not is_in(browser)
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(thief)
    assert Act.objects.get(verb="login.left").by == "A01"


def test_people_log_in_while_the_house_is_read_only(staff: Cast) -> None:
    """Nothing is written into the history then; the log tells."""
    closing.close(because="升级", actor="", door="command")
    browser = Client()
    assert log_in(browser, "A01", "falsch").status_code == 200
    assert log_in(browser, "A01").status_code == 302 and is_in(browser)
    assert not Act.objects.filter(verb__startswith="login.").exists()


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_counted_each(staff: Cast) -> None:
    """Forty processes try at the same moment: five get a try, not forty."""
    tried: list[int] = []

    def guess() -> None:
        try:
            throttle.take([(throttle.ACCOUNT, "x")])
            tried.append(1)
        except throttle.Wait:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 5
