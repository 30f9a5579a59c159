"""What the API answers when it does not do what was asked: one shape for all, {code, message, where}."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.api.faults import fault_said, where_of
from baohou.kernel.saying import in_words
from baohou.kernel.watch.readonly import RETRY_SECONDS, TakesNoChanges
from baohou.kernel.watch.tracing import current_number

SENTENCES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("api.bad_request", "请求的格式不对：请核对 JSON 和请求头。"),
    401: ("api.unauthorized", "没有令牌，或令牌无效、已过期、已撤销。请在请求头写 Authorization: Bearer <令牌>。"),
    403: ("api.forbidden", "这个令牌没有办这件事的权限。"),
    404: ("api.not_found", "没有这个资源，或它不在您的可见范围内。"),
    405: ("api.method_not_allowed", "这个地址不支持这种方法。"),
    406: ("api.not_acceptable", "只能以 JSON 或文件本来的格式回答。"),
    409: ("api.conflict", "与已有的数据冲突，请重新读取后再办。"),
    413: ("api.too_large", "一次发来的内容太大；请减少或压缩文件，或分几次发。"),
    415: ("api.unsupported_media_type", "这种内容类型不收；请用 application/json，带文件的用 multipart/form-data。"),
    422: ("api.invalid", "有的字段不对。"),
    429: ("api.too_many_requests", "请求太多，请稍后再试。"),
    500: ("api.internal", "程序出错，什么也没有写入。请把时间和请求告诉维护人员。"),
    503: (
        "api.unavailable",
        "数据库没有应答，不能确定是否已经办成。请稍后用同一个 Idempotency-Key 再问，不会办两次。",
    ),
    507: ("api.disk_full", "服务器的磁盘满了，什么也没有写入。请告诉维护人员腾出空间，再办一次。"),
}
_KNOWN: Final = (
    (Http404, 404),
    (PermissionDenied, 403),
    (IntegrityError, 409),
    (RequestDataTooBig, 413),
    (TooManyFieldsSent, 413),
    (TooManyFilesSent, 413),
    (SuspiciousOperation, 400),
)
_STATE: Final = (
    "overtaken",
    "changed",
    "recorded_already",
    "other_content",
    "twice",
    "open_already",
    "done",
    "same",
    "taken",
    "staff_no_taken",
)
"""How codes end that tell of what stands there already, whatever field they name."""


def problem(status: int, code: str = "", message: str = "", where: str = "", **headers: str) -> HttpResponse:
    """An answer that says what is wrong, where, and what to do."""
    usual = SENTENCES.get(status, ("api.error", HTTPStatus(status).phrase))
    told = {"code": code or usual[0], "message": in_words(message or usual[1]), "where": where}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status >= 500 and (number := current_number()):
        told["message"] = in_words(say("%(message)s（编号 %(number)s）", message=told["message"], number=number))
    return JsonResponse(told, status=status, headers=named, json_dumps_params={"ensure_ascii": False})


def refused(refusal: Refused, fields: Mapping[str, str]) -> HttpResponse:
    """A refusal: 409 for what stands in the way, 503 while nothing is taken, 422 for a field.

    ``fields`` are our names of what people call it.
    """
    if refusal.code == "api.needs_person":
        return problem(403, refusal.code, refusal.message)
    if isinstance(refusal, TakesNoChanges):
        return problem(503, refusal.code, refusal.message, Retry_After=str(RETRY_SECONDS))
    stands = not refusal.where or refusal.code.rpartition(".")[2] in _STATE
    where = fields.get(refusal.where, refusal.where)
    return problem(409 if stands else 422, refusal.code, refusal.message, where)


def invalid(wrong: ValidationError, names: Mapping[str, str]) -> HttpResponse:
    """A body, query or path that is not as described: the first fault, and where it is; ``names`` as ``fault_said``."""
    if not wrong.errors:
        return problem(422)
    first = wrong.errors[0]
    return problem(422, "api.invalid", fault_said(first, names), where_of(first))


def answer_errors(api: NinjaAPI, fields: Mapping[str, str]) -> None:
    """Have an API answer every failure that has a meaning; what has none becomes a 500 in the middleware.

    ``fields`` are our names of what people call it.
    """
    names = {name: said for said, name in reversed(list(fields.items()))}

    def answer(request: HttpRequest, wrong: Any) -> HttpResponse:
        if isinstance(wrong, Refused):
            return refused(wrong, fields)
        if isinstance(wrong, ValidationError):
            return invalid(wrong, names)
        status: int = getattr(wrong, "status_code", 0) or next(n for kind, n in _KNOWN if isinstance(wrong, kind))
        return problem(status)

    for kind in (Refused, ValidationError, HttpError, *(kind for kind, _ in _KNOWN)):
        api.add_exception_handler(kind, answer)
