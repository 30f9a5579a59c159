"""Single sign-on with an issuer of our own on this machine: who is let in, and what is not believed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.test import Client

from baohou.kernel.audit.models import Act
from baohou.kernel.people.models import Post, Posting
from tests.cast import Cast
from tests.kernel.entrance.conftest import code_of, is_in, log_in, set_up_factor

pytestmark = pytest.mark.django_db
KEY, FOREIGN = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


@dataclass
class Issuer:
    """An issuer that says of whoever comes what a test wants it to say."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    alg: str = "RS256"
    named: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, path: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            ends = {"authorization": "auth", "token": "token", "userinfo": "me"}
            urls = {f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()}
            return {"issuer": self.named or self.url, "jwks_uri": f"{self.url}/keys", **urls}
        if path == "/keys":
            told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return {"keys": [{**told, "kid": "k1", "alg": "RS256", "use": "sig"}]}
        if path == "/me":
            return self.userinfo
        now = int(time.time())
        told = {"iss": self.url, "aud": "baohou", "sub": "u-1", "iat": now, "exp": now + 60, **self.claims}
        key = {"RS256": self.key, "HS256": "k" * 32, "none": None}[self.alg]
        signed = jwt.encode(told, key, self.alg, headers={"kid": "k1"})
        return {"access_token": "t", "token_type": "Bearer", "id_token": signed}


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    told = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(told.answer(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.asked.append({name: values[0] for name, values in parse_qs(body).items()})
            self._say(told.answer(self.path))

        def _say(self, what: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(what).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    app = {"provider_id": "office", "name": "公司统一登录", "client_id": "baohou", "secret": "s3"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "oidc": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": told.url}}]}
    }
    yield told
    server.shutdown()
    server.server_close()


def _come_back(browser: Client, issuer: Issuer, *, nonce: str = "", state: str = "", **claims: Any) -> Any:
    """Go to the issuer and come back; it says ``claims``."""
    asked = parse_qs(urlsplit(browser.get("/login/oidc/?next=/notices/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["redirect_uri"][0].endswith("/login/oidc/done/")
    issuer.claims = {"nonce": nonce or asked["nonce"][0], **claims}
    return browser.get("/login/oidc/done/", {"code": "c", "state": state or asked["state"][0]})


def test_it_lets_in_by_the_staff_number_the_issuer_names(staff: Cast, issuer: Issuer) -> None:
    browser, users = Client(), User.objects.count()
    assert "公司统一登录" in browser.get("/login/").content.decode()
    answer = _come_back(browser, issuer, preferred_username="A01")
    assert answer["Location"] == "/notices/" and is_in(browser)
    assert issuer.asked[0]["code_verifier"] and issuer.asked[0]["client_secret"] == "s3"
    act = Act.objects.get(verb="login.entered")
    assert (act.by, act.facts, User.objects.count()) == ("A01", {"by": "oidc"}, users)


def test_the_number_may_stand_at_the_issuers_page_of_the_person(staff: Cast, issuer: Issuer) -> None:
    issuer.userinfo = {"sub": "u-1", "preferred_username": "A01"}
    browser = Client()
    assert _come_back(browser, issuer).status_code == 302 and is_in(browser)
    issuer.userinfo = {"sub": "u-2", "preferred_username": "A01"}
    assert _come_back(Client(), issuer).status_code == 403


@pytest.mark.parametrize(
    "claims", [{"preferred_username": "N99"}, {"preferred_username": ""}, {"preferred_username": "A01%"}]
)
def test_it_rejects_strangers_and_makes_no_accounts(staff: Cast, issuer: Issuer, claims: dict[str, str]) -> None:
    browser, users = Client(), User.objects.count()
    issuer.userinfo = {"sub": "u-1"}
    answer = _come_back(browser, issuer, **claims)
    assert answer.status_code == 403 and "没有登录" in answer.content.decode()
    assert not is_in(browser) and User.objects.count() == users


def test_it_rejects_who_has_left(staff: Cast, issuer: Issuer) -> None:
    Posting.objects.create(staff=staff.supervisor, post=Post.LEFT, effective_on="2026-01-05")
    browser = Client()
    answer = _come_back(browser, issuer, preferred_username="S01")
    assert answer.status_code == 403 and "已办理离职" in answer.content.decode() and not is_in(browser)


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1_700_000_000}, {"nonce": "old"}, {"sub": None}],
)
def test_it_rejects_a_token_that_is_not_for_us_now(staff: Cast, issuer: Issuer, wrong: dict[str, Any]) -> None:
    browser = Client()
    answer = _come_back(browser, issuer, **{"preferred_username": "A01", **wrong})
    assert answer.status_code == 403 and "统一登录没有成功" in answer.content.decode() and not is_in(browser)


def test_it_rejects_a_token_signed_by_another_key(staff: Cast, issuer: Issuer) -> None:
    issuer.key = FOREIGN
    assert _come_back(Client(), issuer, preferred_username="A01").status_code == 403


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_it_rejects_a_token_without_the_issuers_signature(staff: Cast, issuer: Issuer, alg: str) -> None:
    issuer.alg = alg
    assert _come_back(Client(), issuer, preferred_username="A01").status_code == 403


def test_it_rejects_a_state_that_is_not_this_browsers(staff: Cast, issuer: Issuer) -> None:
    assert _come_back(Client(), issuer, state="made-up", preferred_username="A01").status_code == 403
    assert Client().get("/login/oidc/done/", {"code": "c"}).status_code == 403


def test_it_rejects_an_issuer_that_calls_itself_otherwise(staff: Cast, issuer: Issuer) -> None:
    issuer.named = "https://evil.example"
    assert Client().get("/login/oidc/").status_code == 403


def test_an_issuer_that_does_not_answer_is_told(staff: Cast, issuer: Issuer, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["oidc"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = Client().get("/login/oidc/")
    assert answer.status_code == 403 and "用工号和密码登录" in answer.content.decode()


def test_a_second_factor_is_asked_for_all_the_same(staff: Cast, issuer: Issuer) -> None:
    own = Client()
    log_in(own, "A01")
    secret, _ = set_up_factor(own)
    browser = Client()
    assert _come_back(browser, issuer, preferred_username="A01")["Location"] == "/login/code/"
    assert not is_in(browser)
    assert browser.post("/login/code/", {"code": code_of(secret)})["Location"] == "/notices/"


def test_without_an_issuer_there_is_no_such_page(staff: Cast) -> None:
    for page in ("/login/oidc/", "/login/oidc/done/"):
        assert Client().get(page).status_code == 404
