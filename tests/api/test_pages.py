"""The pages on which people make and revoke tokens."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from baohou.kernel.api.models import System, Token
from baohou.kernel.audit.models import Act
from baohou.kernel.people.models import Staff
from tests.api.conftest import Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def enter(staff: Staff) -> Client:
    """A browser in which a member of staff has logged in."""
    staff.user = User.objects.get_or_create(username=staff.staff_no)[0]
    staff.save(update_fields=["user"])
    browser = Client()
    browser.force_login(staff.user)
    return browser


def test_a_token_made_on_the_page_is_shown_once_and_works(evening: Portfolio) -> None:
    """钱丙 makes a token for planning; it is on that answer only, works, and is revoked."""
    browser = enter(evening.cast.manager)
    made = browser.post("/tokens/", {"name": "排期助手", "days": "30", "scopes": ["plan_visit"]}).content.decode()
    [text] = re.findall(r"bh_[0-9a-f]{8}_[\w-]{43}", made)
    assert text not in browser.get("/tokens/").content.decode()
    assert Caller(text).get("/me").json()["scopes"] == ["plan_visit"]
    token = Token.objects.get()
    assert enter(evening.cast.a).post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert browser.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert Caller(text).get("/me").status_code == 401
    assert set(Act.objects.filter(verb__startswith="api.").values_list("verb", "by")) == {
        ("api.make_token", "M01"),
        ("api.revoke_token", "M01"),
    }


def test_it_rejects_a_scope_that_the_post_has_not(evening: Portfolio) -> None:
    """张甲 cannot give a token the right to waive, and what was typed stays."""
    answer = enter(evening.cast.a).post("/tokens/", {"name": "试用", "days": "30", "scopes": ["waive"]})
    assert "试用" in answer.content.decode()
    assert not Token.objects.exists()
    late = enter(evening.cast.a).post("/tokens/", {"name": "试用", "days": "400"})
    assert not Token.objects.exists()
    assert late.status_code == 200


def test_the_administrator_adds_a_system_and_gives_it_a_token(evening: Portfolio) -> None:
    """Only the administrator; the system is named in the audit as itself."""
    sent = {"code": "finance", "name": "财务系统", "post": "auditor", "department": ""}
    assert enter(evening.cast.manager).post("/systems/", sent).status_code == 403
    admin = enter(evening.cast.admin)
    page = admin.post("/systems/", sent)["Location"]
    text = re.findall(r"bh_[0-9a-f]{8}_[\w-]{43}", admin.post(page, {"name": "取数", "days": "90"}).content.decode())[0]
    me = Caller(text).get("/me").json()
    assert (me["name"], me["post"], me["staff"]) == ("finance", "auditor", None)
    assert "财务系统" in admin.get("/systems/").content.decode()
    again = admin.post("/systems/", sent)
    assert "已有系统使用" in again.content.decode()
    assert System.objects.count() == 1
