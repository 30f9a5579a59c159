"""Tokens and systems: seeing and revoking tokens, registering a system. A token makes no token: pages do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Status
from pydantic import Field

from baohou.kernel.api import tokens
from baohou.kernel.api.approvals import ProposalOut, accepted
from baohou.kernel.api.checks import ask_system
from baohou.kernel.api.models import System, Token
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.people import PostCode
from baohou.kernel.api.schemas import In, Number, Out, Pk, Ref, Word, ref
from baohou.kernel.people.access import Right
from baohou.kernel.people.models import Department, Post

room = Room("令牌", personal=False)


class TokenOut(Out):
    """A token by what people tell it by; its secret is told once, on the page where it is made."""

    id: int
    prefix: str
    name: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class SystemOut(Out):
    """A program that calls on its own account, with the rights of a post."""

    id: int
    code: str
    name: str
    post: str
    department: Ref | None


class SystemIn(In):
    """A program to be registered, and what for."""

    code: Annotated[Word, Field(max_length=32)]
    name: Annotated[Word, Field(max_length=64)]
    post: PostCode
    department: Number | None = None
    because: Word = ""


@room.reads("/me/tokens", list[TokenOut])
def mine(request: Call) -> list[TokenOut]:
    """自己的令牌，还能用的在前；系统看自己的。"""
    return [_token(one) for one in tokens.list_tokens(**_own(request))]


@room.writes("/me/tokens/{credential}", list[TokenOut], method="DELETE")
def revoke_mine(request: Call, credential: Pk) -> list[TokenOut]:
    """撤销自己的一个令牌，包括正在用的这个。"""
    token = get_object_or_404(Token, pk=credential, **_own(request))
    tokens.revoke(token=token, actor=request.person.actor, door=DOOR)
    return mine(request)


@room.reads("/systems", list[SystemOut], right=Right.ADMINISTER)
def systems(request: Call) -> list[SystemOut]:
    """调用接口的系统。"""
    return [_system(one) for one in System.objects.select_related("department").order_by("code")]


@room.writes("/systems", SystemOut, right=Right.ADMINISTER, status=201, waits=ProposalOut)
def add(request: Call, body: SystemIn) -> Status[Any]:
    """登记一个系统；须复核的答 202 和提请的事。给它令牌在网页上做，系统令牌不能办。"""
    person_of(request)
    asked = ask_system(
        code=body.code,
        name=body.name,
        post=Post(body.post),
        department=get_object_or_404(Department, pk=body.department) if body.department is not None else None,
        because=body.because,
        by=request.person,
        on=request.today,
        door=DOOR,
    )
    return accepted(request, asked) or Status(201, _system(asked.result))


@room.reads("/systems/{system}/tokens", list[TokenOut], right=Right.ADMINISTER)
def of_system(request: Call, system: Pk) -> list[TokenOut]:
    """一个系统的令牌。"""
    return [_token(one) for one in tokens.list_tokens(system=get_object_or_404(System, pk=system))]


@room.writes("/systems/{system}/tokens/{credential}", list[TokenOut], right=Right.ADMINISTER, method="DELETE")
def revoke(request: Call, system: Pk, credential: Pk) -> list[TokenOut]:
    """撤销一个系统的令牌。"""
    token = get_object_or_404(Token, pk=credential, system=system)
    tokens.revoke(token=token, actor=request.person.actor, door=DOOR)
    return of_system(request, system)


def _own(request: Call) -> dict[str, Any]:
    token = request.caller.token
    return {"staff": token.staff} if token.staff is not None else {"system": token.system}


def _token(one: Token) -> TokenOut:
    told = {name: getattr(one, name) for name in TokenOut.model_fields if name != "id"}
    return TokenOut(id=one.pk, **told)


def _system(one: System) -> SystemOut:
    return SystemOut(id=one.pk, code=one.code, name=one.name, post=one.post, department=ref(one.department))
