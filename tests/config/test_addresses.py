"""An address without a policy stops the start, and is answered to nobody."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from baohou.config.addresses import addresses_have_a_policy
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import door, open_to_all
from baohou.kernel.people.policy import POLICY, REACH, RIGHTS


def bare(request: HttpRequest, pk: int = 0) -> HttpResponse:
    return HttpResponse("secret")


@pytest.fixture
def urls() -> str:
    """Addresses as a careless hand might add them."""
    module = ModuleType("careless_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("new/", bare, name="new"),
        path("open/", open_to_all("for everyone")(bare)),
        path("clients/<int:pk>/note/", door(Right.RECORD_VISIT)(bare), name="note"),
        path("fine/", door()(bare), name="fine"),
        path("", include("baohou.config.urls")),
    ]
    sys.modules[module.__name__] = module
    return module.__name__


def test_every_address_of_ours_has_a_policy() -> None:
    """No address is without a door, a name, or a word about what it names."""
    assert addresses_have_a_policy() == []
    assert not [found for found in run_checks() if found.id and found.id.startswith("baohou.")]


def test_it_rejects_addresses_without_a_policy_a_name_or_a_guard(urls: str) -> None:
    with override_settings(ROOT_URLCONF=urls):
        assert [(found.id, found.msg.split(" ")[0]) for found in addresses_have_a_policy()] == [
            ("baohou.E001", "/new/"),
            ("baohou.E002", "/open/"),
            ("baohou.E003", "/clients/<int:pk>/note/"),
        ]


@pytest.mark.django_db
def test_an_address_without_a_policy_is_answered_to_nobody(urls: str) -> None:
    with override_settings(ROOT_URLCONF=urls):
        assert Client().get("/new/").status_code == 403
        assert Client().get("/open/").content == b"secret"


def test_the_policy_gives_each_right_once_and_never_beyond_the_reach_of_a_post() -> None:
    """What a post does, it does within what it sees: guards fetch by reach."""
    assert sorted(rule.right.value for rule in POLICY) == sorted(right.value for right in Right)
    assert [rule.right for rule in POLICY for post, reach in rule.posts.items() if REACH[post] is not reach] == []
    assert all(RIGHTS[post] >= {rule.right for rule in POLICY if post in rule.posts} for post in REACH)
