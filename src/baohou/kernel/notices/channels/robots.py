"""Robots of a group in 企业微信, 钉钉 or 飞书: only the token of an address is kept, the host is always our own.

A robot refuses in the answer's errcode (code) while HTTP says 200, so that the answer is read. Which codes are of no
use to repeat is the platforms' to say; rate limits (45009, 130101, 9499, 11232) are waited for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus

from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.notices.channels.web import post
from baohou.kernel.outbox.channels import NotSent

_PAUSE_SECONDS: Final = 60
_SECRET = re.compile(r"[A-Za-z0-9_-]{8,128}")


@dataclass
class Robot:
    """``host`` is where the platform lives; ``form`` is how an address of its robots looks, the token its one group."""

    name: str
    host: str
    path: str
    form: str
    content: Callable[[str, str], dict[str, Any]]
    query: Callable[[str], str]
    code: str
    hopeless: frozenset[int]
    busy: frozenset[int]
    most_bytes: int

    def read(self, said: str, secret: str) -> str:
        """The token and the secret of an address as the platform shows it; refused when it is none of this platform."""
        found = re.fullmatch(self.form, said.strip())
        if found is None:
            sample = f"https://{self.host.removeprefix('https://')}{self.path}…"
            message = say(
                "这不是%(platform)s群机器人的 Webhook 地址，应形如 %(sample)s，请从群机器人的设置里整个复制。",
                platform=say(self.name),
                sample=sample,
            )
            raise Refused("notices.address.robot", message, where="地址")
        secret = secret.strip()
        if secret and not _SECRET.fullmatch(secret):
            raise Refused("notices.address.secret", "加签密钥不对，请从群机器人的设置里整个复制。", where="密钥")
        return f"{found.group(1)} {secret}".strip()

    def send(self, where: str, letter: Letter) -> None:
        """Write into the robot's group, naming whom it is for."""
        token, _blank, secret = where.partition(" ")
        head = _("【保后】%(name)s：%(title)s") % {"name": letter.name, "title": letter.title}
        text = _within(f"{head}\n\n{letter.body}".strip(), self.most_bytes)
        content = json.dumps(self.content(text, secret), ensure_ascii=False).encode()
        url = f"{self.host}{self.path}{token}{self.query(secret)}"
        answer = post(url, content=content, kind="application/json; charset=utf-8", whom=say(self.name))
        code = answer.get(self.code)
        if code == 0:
            return
        why = str(answer.get("errmsg") or answer.get("msg") or "")[:200].replace(token, "…")
        raise NotSent(
            say("%(whom)s没有收下（%(code)s）：%(why)s", whom=say(self.name), code=code, why=why),
            hopeless=code in self.hopeless,
            after_seconds=_PAUSE_SECONDS if code in self.busy else 0,
        )


def mask(kept: str) -> str:
    """The last four characters of the token, and whether there is a secret."""
    token, _blank, secret = kept.partition(" ")
    end = f"…{token[-4:]}"
    return say("%(end)s（加签）", end=end) if secret else end


def _within(text: str, most: int) -> str:
    """A text cut to so many bytes of UTF-8."""
    content = text.encode()
    return text if len(content) <= most else content[: most - 3].decode(errors="ignore") + "…"


def _plain(text: str, secret: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def _feishu(text: str, secret: str) -> dict[str, Any]:
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        at = str(int(time.time()))
        digest = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()
        said |= {"timestamp": at, "sign": base64.b64encode(digest).decode()}
    return said


def _dingtalk_signature(secret: str) -> str:
    if not secret:
        return ""
    at = str(round(time.time() * 1000))
    digest = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={at}&sign={quote_plus(base64.b64encode(digest))}"


def _nothing(secret: str) -> str:
    return ""


WECOM = Robot(
    "企业微信",
    "https://qyapi.weixin.qq.com",
    "/cgi-bin/webhook/send?key=",
    r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9_-]{8,64})",
    _plain,
    _nothing,
    "errcode",
    frozenset({93000, 40058, 93008}),
    frozenset({45009, 45033}),
    2048,
)
DINGTALK = Robot(
    "钉钉",
    "https://oapi.dingtalk.com",
    "/robot/send?access_token=",
    r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{16,128})",
    _plain,
    _dingtalk_signature,
    "errcode",
    frozenset({300001, 310000, 400013, 400101, 400102, 400105, 400106}),
    frozenset({130101, 410100}),
    15000,
)
FEISHU = Robot(
    "飞书",
    "https://open.feishu.cn",
    "/open-apis/bot/v2/hook/",
    r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9_-]{8,64})/?",
    _feishu,
    _nothing,
    "code",
    frozenset({19001, 19021, 19022, 19024}),
    frozenset({9499, 11232}),
    15000,
)
