"""Sessions end: idle, too long, ended by their owner or an administrator, and when someone leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from baohou.kernel.audit.models import Act
from baohou.kernel.people import postings, sessions
from baohou.kernel.people.models import Post, Posting
from tests.cast import Cast
from tests.kernel.entrance.conftest import PASSWORD, is_in, log_in

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


def _enter(who: str = "A01", **told: Any) -> Client:
    browser = Client(**told)
    assert log_in(browser, who).status_code == 302
    return browser


def _age(browser: Client, what: str, seconds: int) -> None:
    """So many seconds have passed since the session began, was seen, or proved whose it is."""
    session = browser.session
    session[what] -= seconds
    session.save()


def test_an_idle_session_ends_and_the_log_in_page_says_so(staff: Cast, settings: Any) -> None:
    browser = _enter()
    _age(browser, sessions.SEEN, settings.SESSION_IDLE + 1)
    assert browser.get("/notices/")["Location"] == "/login/?next=/notices/"
    said = browser.get("/login/?next=/notices/").content.decode()
    assert "很久没有操作" in said and "没发出的回访还在" in said
    assert not is_in(browser)


def test_a_session_ends_at_its_longest_though_it_is_used(staff: Cast, settings: Any) -> None:
    browser = _enter()
    _age(browser, sessions.SINCE, settings.SESSION_LONGEST + 1)
    assert browser.get("/notices/").status_code == 302
    assert "最长时间" in browser.get("/login/").content.decode()


def test_a_session_that_is_used_goes_on_and_is_written_once_a_minute(staff: Cast, settings: Any) -> None:
    browser = _enter()
    _age(browser, sessions.SEEN, settings.SESSION_IDLE - 10)
    assert is_in(browser)
    seen = browser.session[sessions.SEEN]
    assert is_in(browser) and browser.session[sessions.SEEN] == seen


def test_pages_cost_no_more_for_it(staff: Cast, django_assert_max_num_queries: Any) -> None:
    """A page within the minute: the middleware adds no query to the session's, the user's and the person's."""
    browser = _enter()
    browser.get("/check/")
    with django_assert_max_num_queries(6):
        browser.get("/check/")


def test_one_sees_and_ends_ones_other_sessions(staff: Cast) -> None:
    """张甲 sees the phone beside the desk, ends it; 李乙's is not 张甲's to end."""
    desk, phone, other = _enter(), _enter(headers={"user-agent": PHONE}), _enter("B01")
    shown = desk.get("/security/").context["sessions"]
    assert [(one.device, one.current) for one in shown] == [("", True), ("Chrome 126 · Android", False)]
    desk.post("/security/sessions/end/", {"one": other.get("/security/").context["sessions"][0].pk})
    assert is_in(other) and is_in(phone)
    desk.post("/security/sessions/end/", {"one": shown[1].pk})
    assert is_in(desk) and not is_in(phone)
    assert Act.objects.filter(verb="login.sessions_ended", by="A01").exists()


def test_one_ends_all_others(staff: Cast) -> None:
    desk, phone, tablet = _enter(), _enter(), _enter()
    desk.post("/security/sessions/end/")
    assert (is_in(desk), is_in(phone), is_in(tablet)) == (True, False, False)


def test_an_administrator_ends_someones_sessions(staff: Cast) -> None:
    browser, admin = _enter(), _enter("X01")
    admin.post(f"/people/{staff.a.pk}/entrance/", {"do": "end"})
    assert not is_in(browser) and is_in(admin)
    assert Act.objects.get(verb="login.ended_for").facts["staff_no"] == "A01"


def test_leaving_ends_them_at_once(staff: Cast) -> None:
    """孙戊 leaves today: what is open ends with it, also in the table."""
    browser = _enter("S01")
    gone = {"department": None, "post": Post.LEFT, "because": "离职", "actor": "X01", "door": "page"}
    postings.change_post(staff=staff.supervisor, effective_on=timezone.localdate(), **gone)
    assert not Session.objects.filter(session_key=browser.cookies["sessionid"].value).exists()
    assert browser.get("/notices/").status_code == 302


def test_leaving_by_a_file_ends_them_with_the_next_request(staff: Cast) -> None:
    browser = _enter("S01")
    Posting.objects.create(staff=staff.supervisor, post=Post.LEFT, effective_on=date(2026, 1, 5))
    assert browser.get("/notices/").status_code == 403
    assert browser.get("/notices/")["Location"].startswith("/login/")


def test_what_changes_the_log_in_asks_for_the_password_again(staff: Cast, settings: Any) -> None:
    """A quarter of an hour after the log-in: a factor, an address of notices and a token want it; reading does not."""
    browser = _enter()
    _age(browser, sessions.PROVED, settings.PROOF_LASTS + 1)
    assert browser.get("/security/factor/")["Location"] == "/confirm/?next=%2Fsecurity%2Ffactor%2F"
    assert browser.get("/tokens/").status_code == 200
    for page in ("/tokens/", reverse("notices.address", args=["wecom"])):
        answer = browser.post(page, {"name": "取数", "days": "30", "said": "x"})
        assert answer.status_code == 302 and answer["Location"].startswith("/confirm/?next="), page
    assert "请先确认是本人" in browser.get("/notices/").content.decode()
    assert "密码不对" in browser.post("/confirm/", {"password": "falsch"}).content.decode()
    answer = browser.post("/confirm/", {"password": PASSWORD, "next": "/security/factor/"})
    assert answer["Location"] == "/security/factor/"
    assert browser.get("/security/factor/").status_code == 200


def test_it_rejects_a_confirmation_that_leads_away(staff: Cast) -> None:
    browser = _enter()
    sent = {"password": PASSWORD, "next": "https://example.com/"}
    assert browser.post("/confirm/", sent)["Location"] == "/security/"


def test_what_people_are_shown_is_not_stored(staff: Cast) -> None:
    """no-store on pages for who has logged in."""
    browser = _enter()
    assert browser.get("/notices/")["Cache-Control"] == "no-store"
    assert "no-store" in browser.get("/security/")["Cache-Control"]


def test_the_command_lets_in_who_locked_themself_out(staff: Cast) -> None:
    from click.testing import CliRunner

    from baohou.config.command import baohou

    browser, run = _enter(), CliRunner().invoke
    for _ in range(5):
        log_in(Client(), "A01", "falsch")
    assert log_in(Client(), "A01").status_code == 429
    assert run(baohou, ["login", "unlock", "A01"]).exit_code == 0
    assert log_in(Client(), "A01").status_code == 302
    assert "已结束" in run(baohou, ["login", "end", "A01"]).output
    assert not is_in(browser)
    assert run(baohou, ["login", "reset-factor", "A01"]).exit_code == 1
    assert "没有“N99”这个人" in run(baohou, ["login", "end", "N99"]).output
