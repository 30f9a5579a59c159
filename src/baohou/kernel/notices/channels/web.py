"""Posting to a gateway: no redirects followed, a bounded answer, faults in words without the address."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from baohou.core.sayings import say
from baohou.kernel.outbox.channels import NotSent

SECONDS: Final = 15
MOST_BYTES: Final = 64 * 1024


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Never: an address that passes on could lead into the house."""


_opener = build_opener(_NoRedirects)


def post(url: str, *, content: bytes, kind: str, whom: str) -> dict[str, Any]:
    """The JSON object that a gateway answers; NotSent when it does not, saying ``whom`` and why."""
    request = Request(url, data=content, headers={"Content-Type": kind}, method="POST")  # noqa: S310
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            said = json.loads(answer.read(MOST_BYTES))
    except HTTPError as fault:
        with fault:
            wait = fault.headers.get("Retry-After", "")
        after = float(wait) if wait.isdecimal() else 0
        raise NotSent(say("%(whom)s回答 HTTP %(code)s。", whom=whom, code=fault.code), after_seconds=after) from None
    except (TimeoutError, URLError, HTTPException, OSError):
        raise NotSent(say("连不上%(whom)s，请检查服务器的网络。", whom=whom)) from None
    except ValueError:
        raise NotSent(say("%(whom)s的回答无法读懂。", whom=whom)) from None
    if not isinstance(said, dict):
        raise NotSent(say("%(whom)s的回答无法读懂。", whom=whom))
    return said
