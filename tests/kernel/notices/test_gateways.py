"""Robots, SMS and SMTP before servers that answer as the platforms do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from pytest_django import Settings

from baohou.core.errors import Refused
from baohou.kernel.notices.channels import mail, robots, sms
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.outbox.channels import NotSent

LETTER = Letter(
    "filing:7:3|wecom", "钱丙", "回访计划表被退回", "理由：漏了两户", "https://baohou.example.cn/r/", "report"
)
TOKEN = "0f1e2d3caaaabbbbccccddddeeeeffff"


class Platform:
    """What a server was asked, and what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.status, self.answer, self.headers = 200, {"errcode": 0, "code": 0, "Code": "OK"}, {}
        self.url = ""


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A server on this machine."""
    there = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            there.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(there.status)
            for name, value in there.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(there.answer).encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["WECOM", "DINGTALK", "FEISHU"])
def robot(request: pytest.FixtureRequest, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> robots.Robot:
    """A robot of each platform, which lives on this machine."""
    found: robots.Robot = getattr(robots, request.param)
    monkeypatch.setattr(found, "host", platform.url)
    return found


def test_a_robot_writes_for_whom_it_is_what_and_where(robot: robots.Robot, platform: Platform) -> None:
    robot.send(TOKEN, LETTER)
    [(path, content)] = platform.asked
    assert path == f"{robot.path}{TOKEN}"
    said = json.loads(content)
    text = (said.get("text") or said["content"]).get("content") or said["content"]["text"]
    assert text == "【保后】钱丙：回访计划表被退回\n\n理由：漏了两户\n\nhttps://baohou.example.cn/r/"


def test_a_refusal_behind_http_200_is_a_refusal(robot: robots.Robot, platform: Platform) -> None:
    """A key that was revoked: it is of no use to try again, and the key is not told."""
    code = sorted(robot.hopeless)[0]
    platform.answer = {robot.code: code, "errmsg": f"bad key {TOKEN}"}
    with pytest.raises(NotSent) as fault:
        robot.send(TOKEN, LETTER)
    assert fault.value.hopeless
    assert TOKEN not in fault.value.why


def test_a_busy_platform_is_waited_for(robot: robots.Robot, platform: Platform) -> None:
    platform.answer = {robot.code: sorted(robot.busy)[0], "errmsg": "limit"}
    with pytest.raises(NotSent) as fault:
        robot.send(TOKEN, LETTER)
    assert (fault.value.hopeless, fault.value.after_seconds) == (False, 60)


def test_no_redirect_is_followed_and_nothing_secret_logged(
    robot: robots.Robot, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """A platform that passes on to an address within the house gets no second request."""
    caplog.set_level(logging.DEBUG)
    platform.status, platform.headers = 302, {"Location": f"{platform.url}/inside"}
    with pytest.raises(NotSent, match="HTTP 302"):
        robot.send(TOKEN, LETTER)
    assert len(platform.asked) == 1
    assert TOKEN not in caplog.text


def test_too_many_requests_say_how_long_to_wait(robot: robots.Robot, platform: Platform) -> None:
    platform.status, platform.headers = 429, {"Retry-After": "120"}
    with pytest.raises(NotSent) as fault:
        robot.send(TOKEN, LETTER)
    assert fault.value.after_seconds == 120


def test_a_long_text_is_cut_to_what_the_platform_takes(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots.WECOM, "host", platform.url)
    robots.WECOM.send(TOKEN, Letter("k", "钱丙", "多", "户" * 3000, "", ""))
    assert len(json.loads(platform.asked[0][1])["text"]["content"].encode()) <= 2048


def test_dingtalk_is_signed_as_its_page_says(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots.DINGTALK, "host", platform.url)
    robots.DINGTALK.send(f"{TOKEN} SECabcdef123", LETTER)
    query = dict(parse_qsl(urlsplit(platform.asked[0][0]).query))
    text = f"{query['timestamp']}\nSECabcdef123".encode()
    assert query["sign"] == base64.b64encode(hmac.new(b"SECabcdef123", text, hashlib.sha256).digest()).decode()


def test_feishu_is_signed_as_its_page_says(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots.FEISHU, "host", platform.url)
    robots.FEISHU.send(f"{TOKEN} abcdef123", LETTER)
    said = json.loads(platform.asked[0][1])
    key = f"{said['timestamp']}\nabcdef123".encode()
    assert said["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


@pytest.fixture
def account(settings: Settings, platform: Platform) -> None:
    """An account with a gateway on this machine."""
    settings.SMS_URL, settings.SMS_KEY, settings.SMS_SECRET = f"{platform.url}/", "testid", "testsecret"
    settings.SMS_SIGN, settings.SMS_TEMPLATE = "保后", "SMS_1"


def test_an_sms_is_signed_and_says_the_title(account: None, platform: Platform) -> None:
    """The signature over what arrived, without itself, is the one that arrived."""
    sms.send("13812345678", LETTER)
    asked = {name: values[0] for name, values in parse_qs(platform.asked[0][1].decode()).items()}
    signature = asked.pop("Signature")
    assert signature == sms.sign(asked, "testsecret")
    assert (asked["PhoneNumbers"], json.loads(asked["TemplateParam"])) == ("13812345678", {"text": "回访计划表被退回"})


def test_a_signature_of_a_known_request() -> None:
    """Worked by hand from the rules of the API: sorted, encoded, joined, HMAC-SHA1 with the secret and "&"."""
    expected = hmac.new(b"testsecret&", b"POST&%2F&A%3Da%2520b%26B%3D%252A~", hashlib.sha1).digest()
    assert sms.sign({"B": "*~", "A": "a b"}, "testsecret") == base64.b64encode(expected).decode()


@pytest.mark.parametrize(
    ("code", "hopeless"), [("isv.BUSINESS_LIMIT_CONTROL", False), ("isv.MOBILE_NUMBER_ILLEGAL", True)]
)
def test_a_gateway_that_refuses_says_why_without_the_number(
    account: None, platform: Platform, code: str, hopeless: bool
) -> None:
    platform.answer = {"Code": code, "Message": "13812345678 no"}
    with pytest.raises(NotSent) as fault:
        sms.send("13812345678", LETTER)
    assert fault.value.hopeless is hopeless
    assert "13812345678" not in fault.value.why


def test_what_is_no_phone_is_refused() -> None:
    assert sms.read("+86 138-1234-5678", "") == "13812345678"
    with pytest.raises(Refused, match="11 位"):
        sms.read("12345", "")


@pytest.mark.parametrize(
    ("fault", "words", "hopeless"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.cn": (550, b"no")}), "不收这个地址", True),
        (smtplib.SMTPRecipientsRefused({"a@b.cn": (451, b"later")}), "不收这个地址", False),
        (smtplib.SMTPAuthenticationError(535, b"secret"), "用户名或密码", False),
        (ConnectionRefusedError(), "连不上", False),
    ],
)
def test_a_mail_server_that_refuses(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str, hopeless: bool
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise fault

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(NotSent, match=words) as told:
        mail.send("a@b.cn", LETTER)
    assert told.value.hopeless is hopeless
