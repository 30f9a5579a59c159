"""SMS through a gateway. An installation names its gateway in the settings; 阿里云's is one, signed as its API asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.notices.channels.web import post
from baohou.kernel.outbox.channels import NotSent

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LONGEST: Final = 35
"""So many characters may stand in one variable of a template."""


class SmsGateway(Protocol):
    """A gateway for SMS."""

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Send a text to a phone, or raise NotSent. ``reference`` is ours, told with the gateway's receipts."""


class Aliyun:
    """阿里云短信服务 (SendSms, 2017-05-25): a signed form. The approved template has one variable, ``text``."""

    def __init__(self, *, url: str, key: str, secret: str, sign: str, template: str) -> None:
        self._url, self._key, self._secret, self._sign, self._template = url, key, secret, sign, template

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Answers that speak of the number, the signature or the template are of no use to repeat."""
        asked = {
            "AccessKeyId": self._key,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": reference,
            "PhoneNumbers": phone,
            "SignName": self._sign,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": uuid4().hex,
            "SignatureVersion": "1.0",
            "TemplateCode": self._template,
            "TemplateParam": json.dumps({"text": text}, ensure_ascii=False),
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        form = f"Signature={_encoded(sign(asked, self._secret))}&{_form(asked)}"
        kind = "application/x-www-form-urlencoded"
        answer = post(self._url, content=form.encode(), kind=kind, whom=say("短信网关"))
        code = str(answer.get("Code", ""))
        if code != "OK":
            busy = code.startswith(("isv.BUSINESS_LIMIT_CONTROL", "isp.", "Throttling"))
            why = str(answer.get("Message", ""))[:200].replace(phone, mask(phone))
            said = say("%(whom)s没有收下（%(code)s）：%(why)s", whom=say("短信网关"), code=code, why=why)
            raise NotSent(said, hopeless=not busy, after_seconds=60 if busy else 0)


def sign(asked: Mapping[str, str], secret: str) -> str:
    """The signature over sorted, percent-encoded parameters: HMAC-SHA1, in base 64."""
    text = f"POST&%2F&{_encoded(_form(asked))}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def _form(asked: Mapping[str, str]) -> str:
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(asked.items()))


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def gateway() -> SmsGateway:
    """The gateway that the settings name."""
    return Aliyun(
        url=settings.SMS_URL,
        key=settings.SMS_KEY,
        secret=settings.SMS_SECRET,
        sign=settings.SMS_SIGN,
        template=settings.SMS_TEMPLATE,
    )


def is_set_up() -> bool:
    """Whether the installation has an account with a gateway."""
    return all((settings.SMS_URL, settings.SMS_KEY, settings.SMS_SECRET, settings.SMS_SIGN, settings.SMS_TEMPLATE))


def read(said: str, secret: str) -> str:
    """A mobile number of the mainland, or Refused."""
    number = re.sub(r"[\s-]", "", said).removeprefix("+86")
    if not _MOBILE.fullmatch(number):
        raise Refused("notices.address.phone", "请填写 11 位手机号。", where="地址")
    return number


def mask(kept: str) -> str:
    """138****5678."""
    return f"{kept[:3]}****{kept[-4:]}"


def send(where: str, letter: Letter) -> None:
    """Send the title: an SMS has no room for more."""
    text = letter.title if len(letter.title) <= _LONGEST else f"{letter.title[: _LONGEST - 1]}…"
    gateway().send(where, text, reference=hashlib.sha256(letter.key.encode()).hexdigest()[:32])
