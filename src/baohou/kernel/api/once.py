"""Every write happens once: a key belongs to its owner, method, path and body, and is answered as it was at first.

While a worker is at work on it, others are told so (409). The answer is stored in the transaction of the act itself, so
that there is no act without its answer. The lease of a worker that died runs out; one that only was slow then finds
its claim gone and takes everything back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from baohou.core.sayings import say
from baohou.kernel.api.errors import problem
from baohou.kernel.api.models import Call
from baohou.kernel.api.tokens import Caller

HEADER: Final = "Idempotency-Key"
LEASE: Final = timedelta(seconds=60)
KEPT: Final = timedelta(hours=48)
_FORGOTTEN_AT_ONCE: Final = 100
_TRIES: Final = 3
_NOT_KEPT: Final = frozenset({400, 401, 403, 404, 405, 413, 415, 429})
"""Answers after which nothing was done and which may be another next time; 5xx are not kept either."""

Run = Callable[[], HttpResponse]


class _Overtaken(Exception):
    """Somebody else has taken the call over meanwhile."""


@dataclass(frozen=True)
class _Asked:
    owner: str
    key: str
    asked: str
    scopes: list[str]


def answer_once(request: HttpRequest, caller: Caller, run: Run, *, secret: bool = False) -> HttpResponse:
    """Do what is asked unless it was done, and answer as then.

    ``secret``: the answer tells something that is told once; asked again, it says only that it was told.
    """
    text = request.headers.get(HEADER, "")
    if not text or len(text) > 255 or not text.isascii() or not text.isprintable():
        message = say("每个写操作都要带请求头 Idempotency-Key：1 至 255 个可见 ASCII 字符，每件事一个，重试时不变。")
        return problem(400, "api.idempotency.missing", message, HEADER)
    try:
        content = digest_of(request)
    except RequestDataTooBig:
        return problem(413)
    asked = _Asked(caller.token.owner, _sha(text.encode()), content, sorted(caller.scopes))
    claimed = _claim(asked)
    return claimed if isinstance(claimed, HttpResponse) else _run(claimed, run, secret=secret)


def digest_of(request: HttpRequest) -> str:
    """SHA-256 of method, path with query, and body; a form with files by its fields and the files' bytes."""
    parts: list[Any] = [request.method, request.get_full_path()]
    if (request.content_type or "").startswith("multipart/"):
        parts.append(sorted((name, values) for name, values in request.POST.lists()))
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                parts.append([name, file.name, _sha(file.read())])
                file.seek(0)
    else:
        parts.append(_plain(request.body))
    return _sha(json.dumps(parts, ensure_ascii=True).encode())


def _plain(body: bytes) -> str:
    """JSON without its blanks and its order of names, so that a client may write it anew; anything else as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=True, sort_keys=True)
    except ValueError:
        return _sha(body)


def _claim(asked: _Asked) -> UUID | HttpResponse:
    """The claim to work on a call, or the answer when somebody has been at it."""
    now = timezone.now()
    forgotten = Call.objects.filter(expires_at__lt=now).values("pk")[:_FORGOTTEN_AT_ONCE]
    Call.objects.filter(pk__in=list(forgotten.values_list("pk", flat=True))).delete()
    for _ in range(_TRIES):
        claim = uuid4()
        try:
            with transaction.atomic():
                Call.objects.create(
                    owner=asked.owner,
                    key=asked.key,
                    asked=asked.asked,
                    scopes=asked.scopes,
                    claim=claim,
                    lease_until=now + LEASE,
                    expires_at=now + KEPT,
                )
        except IntegrityError:
            known = Call.objects.filter(owner=asked.owner, key=asked.key).first()
            if known is None:
                continue
            return _known(known, asked)
        return claim
    return _busy()


def _known(call: Call, asked: _Asked) -> UUID | HttpResponse:
    if call.asked != asked.asked:
        message = say("这个 Idempotency-Key 已用于另一件事（方法、地址或内容不同）。内容不同请换一个新的。")
        return problem(422, "api.idempotency.other_content", message, HEADER)
    if call.ended_at is not None:
        if not set(call.scopes) <= set(asked.scopes):
            return problem(403)
        answer = HttpResponse(call.answer, content_type="application/json; charset=utf-8", status=call.status)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer
    now = timezone.now()
    if now < call.lease_until <= now + 2 * LEASE:  # a lease that ends later is from before the clock was set back
        return _busy()
    claim = uuid4()
    mine = Call.objects.filter(pk=call.pk, claim=call.claim, ended_at__isnull=True)
    return claim if mine.update(claim=claim, lease_until=now + LEASE, scopes=asked.scopes) else _busy()


def _busy() -> HttpResponse:
    message = say("带这个 Idempotency-Key 的请求正在办理，请稍后用同一个再问。")
    return problem(409, "api.idempotency.running", message, HEADER, Retry_After="1")


def _run(claim: UUID, run: Run, *, secret: bool) -> HttpResponse:
    over = False
    try:
        with transaction.atomic():
            answer = run()
            if answer.status_code < 400:
                _keep(claim, answer, secret=secret)
                over = True
            else:
                transaction.set_rollback(True)
        if not over and answer.status_code not in _NOT_KEPT and answer.status_code < 500:
            _keep(claim, answer)
            over = True
    except _Overtaken:
        over = True
        return _busy()
    finally:
        if not over:
            Call.objects.filter(claim=claim, ended_at__isnull=True).delete()
    return answer


def _keep(claim: UUID, answer: HttpResponse, *, secret: bool = False) -> None:
    """Store the answer; _Overtaken when the claim is somebody else's by now."""
    status, text = answer.status_code, answer.content.decode()
    if secret:
        told = problem(409, "api.idempotency.told_once", say("已经办过；密码等只在第一次回答里给出，不再保存。"))
        status, text = told.status_code, told.content.decode()
    kept = Call.objects.filter(claim=claim, ended_at__isnull=True)
    if not kept.update(ended_at=timezone.now(), status=status, answer=text):
        raise _Overtaken


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
