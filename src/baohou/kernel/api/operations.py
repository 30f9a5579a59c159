"""Operations of the API: what a door is for a page. Each asks for a right, reads, or writes once under a key."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from typing import Annotated, Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.decorators import decorate_view

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.api.errors import problem
from baohou.kernel.api.once import HEADER, answer_once
from baohou.kernel.api.reads import note_read
from baohou.kernel.api.schemas import In, Problem
from baohou.kernel.api.tokens import OWN, Caller
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.doors import Asked, Door, is_let_in
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing

DOOR: Final = "api"
"""What the audit writes down as the door of an act."""
F = TypeVar("F", bound=Callable[..., Any])
_READ_FAILS: Final = frozenset({400, 401, 403, 404, 406, 422, 429})
_WRITE_FAILS: Final = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429})
_KEY: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "每件事一个，重试时不变；48 小时内同一个键只办一次。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]+$"},
}
_NAMES: Final[Mapping[str, Thing | None]] = {
    "act": Thing.ACT,
    "action": Thing.MEASURE,
    "appeal": Thing.APPEAL,
    "channel": Thing.CHANNEL,
    "client": Thing.CLIENT,
    "credential": Thing.CREDENTIAL,
    "code": Thing.TABLE,
    "department": Thing.DEPARTMENT,
    "destruction": Thing.VOLUME,
    "draft": Thing.DRAFT,
    "duty": Thing.STORY,
    "hook": Thing.HOOK,
    "job": Thing.JOB,
    "key": Thing.DUTY,
    "mapping": Thing.MAPPING,
    "message": Thing.MESSAGE,
    "move": Thing.MOVE,
    "proposal": Thing.PROPOSAL,
    "quarter": Thing.QUARTER,
    "receipt": Thing.VOLUME,
    "staff": Thing.STAFF,
    "system": Thing.SYSTEM,
    "token": Thing.UPLOAD,
    "version": Thing.RULE_VERSION,
    "visit": Thing.VISIT,
    "volume": Thing.VOLUME,
    **dict.fromkeys(("delivery", "deputy", "ending", "file", "form", "kind", "month", "number", "posting", "signer")),
}
"""What a part of a path names; None for what is only found within another thing, or names no object."""


class Call(Asked):
    """A request of the API: the person, the business day, and the token."""

    caller: Caller


class NeedsPerson(Refused):
    """An act that a person answers for; a system's token can't do it."""

    def __init__(self) -> None:
        super().__init__("api.needs_person", "这件事须由本人负责，系统令牌不能办；请用该员工自己的令牌。")


class Room:
    """A room's operations under one tag; ``of`` says what a part of a path names here, where it differs.

    ``personal``: what its operations read may name people, so that reading it is written down (see ``reads``).
    """

    def __init__(self, tag: str, of: Mapping[str, Thing] | None = None, *, personal: bool = True) -> None:
        self.personal = personal
        self.router = Router(tags=[tag])
        self.doors: dict[str, Door] = {}
        self._names = {**_NAMES, **(of or {})}

    def reads(
        self, path: str, answer: Any, *, right: Right | None = None, personal: bool | None = None
    ) -> Callable[[F], F]:
        """GET; without ``right`` for everyone who has a token. ``personal`` where it differs from the room's."""
        extra = {"x-right": right.value if right else None}
        answers = {200: answer, _READ_FAILS: Problem}
        counted = self.personal if personal is None else personal
        return self._operation("GET", path, answers, right, partial(_guarded, right), extra, counted=counted)

    def opens(self, path: str, answer: Any, *, because: str) -> Callable[[F], F]:
        """GET for whoever comes, without a token, and why; the same as a page that is open to all.

        A token need not be brought, but one that is brought must be good.
        """
        answers = {200: answer, _READ_FAILS: Problem}
        extra: dict[str, Any] = {"x-right": None, "security": [{}, {"token": []}]}
        return self._operation("GET", path, answers, None, _opened, extra, because)

    def serves(self, path: str, *types: str, right: Right | None = None) -> Callable[[F], F]:
        """GET of a file, of one of some content types."""
        content = {one: {"schema": {"type": "string", "format": "binary"}} for one in types}
        extra = {
            "x-right": right.value if right else None,
            "responses": {200: {"description": "OK", "content": content}},
        }
        answers = {_READ_FAILS | {409}: Problem}
        return self._operation("GET", path, answers, right, partial(_guarded, right), extra)

    def writes(
        self,
        path: str,
        answer: Any,
        *,
        right: Right | None = None,
        status: int = 200,
        method: str = "POST",
        secret: bool = False,
        waits: Any = None,
    ) -> Callable[[F], F]:
        """A write, done once per key; without ``right`` it is an act of one's own (scope ``own``).

        ``secret`` as ``answer_once`` says; ``waits`` is the answer (202) while a second pair of eyes is
        waited for.
        """
        extra = {"x-right": right.value if right else OWN, "parameters": [_KEY]}
        around = partial(_guarded, right, write=True, secret=secret)
        answers: dict[Any, Any] = {status: answer, _WRITE_FAILS: Problem}
        if waits is not None:
            answers[202] = waits
        return self._operation(method, path, answers, right, around, extra)

    def _operation(
        self,
        method: str,
        path: str,
        answers: Any,
        right: Right | None,
        around: Any,
        extra: Any,
        because: str = "",
        counted: bool = False,
    ) -> Callable[[F], F]:
        things = (self._names[part] for part in re.findall(r"{(\w+)}", path))
        asks = Door(right, tuple(thing for thing in things if thing is not None), because)

        def add(function: F) -> F:
            known = frozenset(_asked_for(function))
            said = (function.__doc__ or "").strip()
            name = f"{function.__module__.removesuffix('.api').rpartition('.')[2]}_{function.__name__}"
            self.doors[name] = asks
            done = _counted(function, name) if counted else function
            decorate_view(lambda run: partial(around, run, known=known))(done)
            operation = self.router.api_operation(
                [method],
                path,
                response=answers,
                operation_id=name,
                summary=said.splitlines()[0] if said else name,
                description=said,
                openapi_extra=extra,
                url_name=name,
            )
            operation(done)
            return function

        return add


def _counted(function: F, name: str) -> F:
    """An operation of which it is written down who reads how much."""

    @wraps(function)
    def counted(request: Call, *args: Any, **kwargs: Any) -> Any:
        answer = function(request, *args, **kwargs)
        note_read(request.caller, of=name, answer=answer)
        return answer

    # The names that annotations use are those of the operation's module.
    counted.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    return cast(F, counted)


def person_of(request: Call) -> Staff:
    """The member of staff who calls; NeedsPerson for a system."""
    if request.person.staff is None:
        raise NeedsPerson
    return request.person.staff


def require(allowed: bool) -> None:
    """Refuse (403) what the guard of a page would refuse."""
    if not allowed:
        raise PermissionDenied


def _asked_for(function: Callable[..., Any]) -> Iterator[str]:
    """The names that an operation takes in its query; those of its path and body do no harm among them."""
    for name, hint in get_type_hints(function, include_extras=True).items():
        shape = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        if isinstance(shape, type) and issubclass(shape, In):
            yield from shape.model_fields
        else:
            yield name


def _guarded(
    right: Right | None,
    run: Callable[..., HttpResponse],
    request: HttpRequest,
    known: frozenset[str] = frozenset(),
    write: bool = False,
    secret: bool = False,
    **path: Any,
) -> HttpResponse:
    """The guard of an operation, the same as a page's door has, and the key of a write."""
    caller: Caller = request.caller  # type: ignore[attr-defined]
    person: Person = caller.person
    if not is_let_in(person, right, request.method or "") or (write and right is None and OWN not in caller.scopes):
        return problem(403)
    if not write:
        return _opened(run, request, known, **path)
    if unknown := _unknown(request, known):
        return unknown
    return answer_once(request, caller, lambda: run(request, **path), secret=secret)


def _opened(
    run: Callable[..., HttpResponse], request: HttpRequest, known: frozenset[str] = frozenset(), **path: Any
) -> HttpResponse:
    """An operation that asks for nothing more of whoever calls."""
    return _unknown(request, known) or run(request, **path)


def _unknown(request: HttpRequest, known: frozenset[str]) -> HttpResponse | None:
    """The refusal of a parameter that the operation does not have; None when it has all."""
    unknown = next((name for name in request.GET if name not in known), None)
    if unknown is None:
        return None
    said = say("没有“%(name)s”这个查询参数，请核对拼写。", name=unknown[:64])
    return problem(422, "api.unknown_parameter", said, unknown[:64])
