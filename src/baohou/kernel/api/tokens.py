"""Making, finding and revoking tokens; a token carries some of its owner's rights and never one more."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import listed
from baohou.kernel.api.models import System, Token
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.people.access import RIGHTS, Person, Right, find_person
from baohou.kernel.people.models import IN_SERVICE, Department, Post, Staff
from baohou.kernel.prepared import prepared
from baohou.kernel.watch.readonly import is_replica

OWN: Final = "own"
"""The scope of acts that need no right: handing over, signing, appealing, naming one's deputy."""
_MARK: Final = "bh"
_TOLD_EVERY: Final = timedelta(minutes=1)
LONGEST: Final = 366
"""Days that a token lives at most."""


@dataclass(frozen=True)
class Made:
    """A new token; ``text`` is told once and kept nowhere."""

    token: Token
    text: str


@dataclass(frozen=True)
class Caller:
    """Who calls, and by which token."""

    token: Token
    person: Person

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.token.scopes)


def scopes_of(post: Post) -> list[str]:
    """The scopes that a token of someone in a post can have; an auditor's only reads."""
    if post is Post.AUDITOR:
        return sorted(right.value for right in RIGHTS[post])
    return [*sorted(right.value for right in RIGHTS[post]), OWN]


@transaction.atomic
def make_own_token(
    *, staff: Staff, post: Post, name: str, scopes: Collection[str], days: int, actor: str, door: str
) -> Made:
    """Make a token for a member of staff, who holds ``post``; it lives for some days. Refused as ``_require``."""
    _require(post, name, scopes, days)
    return _make(name=name, scopes=scopes, days=days, actor=actor, door=door, staff=staff)


@transaction.atomic
def make_system_token(*, system: System, name: str, scopes: Collection[str], days: int, actor: str, door: str) -> Made:
    """Make a token for a system."""
    _require(Post(system.post), name, scopes, days)
    return _make(name=name, scopes=scopes, days=days, actor=actor, door=door, system=system)


@transaction.atomic
def add_system(
    *, code: str, name: str, post: Post, department: Department | None, actor: str, door: str, because: str = ""
) -> System:
    """Make a system known that will call on its own account, with the reach and the rights of a post.

    Doors ask by ``checks.ask_system``.

    Refused: a code that is taken or not plain, no name, a post that needs a department without one.
    """
    code, name = plain_code(code), name.strip()
    if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 32:
        raise Refused("api.system.code", "系统代号只用小写字母、数字和连字符，最多 32 个。", where="code")
    if not name:
        raise Refused("api.system.no_name", "请填写系统名称。", where="name")
    if post not in IN_SERVICE:
        raise Refused("api.system.post", "离职不是岗位，请另选。", where="post")
    if post is Post.DEPARTMENT_MANAGER and department is None:
        raise Refused("api.system.no_department", "部门经理的权限须写明部门。", where="department")
    if System.objects.filter(code=code).exists():
        raise Refused("api.system.taken", "代号 %(system)s 已有系统使用，请另取一个。", where="code", system=code)
    facts = {"system": code, "post": post.value, "department": department.name if department else ""}
    act = record_act(verb="api.add_system", door=door, by=actor, because=because, facts=facts)
    return System.objects.create(code=code, name=name, post=post, department=department, act=act)


def plain_code(said: str) -> str:
    """The code of a system as it is kept."""
    return said.strip().lower()


@transaction.atomic
def revoke(*, token: Token, actor: str, door: str) -> None:
    """Revoke a token: from now on nobody calls by it. Refused a second time."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is not None:
        raise Refused("api.token.revoked", "这个令牌已经撤销了。")
    token.revoked_at = timezone.now()
    act = record_act(verb="api.revoke_token", door=door, by=actor, facts={"token": token.prefix})
    change = (token.prefix, {"revoked_at": None}, {"revoked_at": token.revoked_at.isoformat()})
    record_changes(act=act, table="api_token", rows=[change])
    token.save(update_fields=["revoked_at"])


def find_caller(text: str, *, on: date) -> Caller | None:
    """Who calls by a token on a business day; None when the token, or its owner, is not to be let in any more."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != _MARK:
        return None
    token = next(iter(_with_prefix(parts[1])), None)
    now = timezone.now()
    if token is None or not secrets.compare_digest(token.digest, _digest(text)):
        return None
    if token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now):
        return None
    person = _person(token, on)
    if person is None:
        return None
    _note_use(token, now)
    return Caller(token, replace(person, scopes=frozenset(r for r in Right if r.value in token.scopes)))


@prepared
def _with_prefix(prefix: str) -> QuerySet[Token, Any]:
    """The token, with who made it, and who registered the system that it is of."""
    whose = Token.objects.select_related("staff__user", "system__department").filter(prefix=prefix)
    return whose.annotate(holder_no=F("act__by"), owner_no=F("system__act__by"))[:1]


def list_tokens(*, staff: Staff | None = None, system: System | None = None) -> list[Token]:
    """Someone's tokens, those that still work first."""
    whose = Q(staff=staff) if staff is not None else Q(system=system)
    return sorted(Token.objects.filter(whose).order_by("-pk"), key=lambda token: token.revoked_at is not None)


def _person(token: Any, on: date) -> Person | None:
    system = token.system
    if system is not None:
        department = system.department
        return Person(
            None,
            Post(system.post),
            system.department_id,
            department.name if department else "",
            system=system.code,
            owner=token.owner_no,
            holder=token.holder_no,
        )
    user = token.staff.user if token.staff else None
    if user is None or not user.is_active or (token.staff and token.staff.must_change_password):
        return None
    return find_person(user, on=on)


def _require(post: Post, name: str, scopes: Collection[str], days: int) -> None:
    """Refuse a token without a name, with a scope that is not its owner's, or that lives for ever."""
    if not name.strip():
        raise Refused("api.token.no_name", "请写明令牌的用途，如“财务系统取数”。", where="name")
    if foreign := set(scopes) - set(scopes_of(post)):
        raise Refused(
            "api.token.scope",
            "没有这些权限，不能授予：%(foreign)s。",
            where="scopes",
            foreign=listed(sorted(foreign)),
        )
    if not 1 <= days <= LONGEST:
        raise Refused("api.token.days", "有效期为 1 至 %(longest)s 天。", where="days", longest=LONGEST)


def _make(
    *,
    name: str,
    scopes: Collection[str],
    days: int,
    actor: str,
    door: str,
    staff: Staff | None = None,
    system: System | None = None,
) -> Made:
    prefix = secrets.token_hex(4)
    text = f"{_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    expires: datetime = timezone.now() + timedelta(days=days)
    facts = {
        "token": prefix,
        "for": system.code if system else staff.staff_no if staff else "",
        "scopes": sorted(scopes),
    }
    act = record_act(verb="api.make_token", door=door, by=actor, because=name.strip(), facts=facts)
    token = Token.objects.create(
        prefix=prefix,
        digest=_digest(text),
        name=name.strip()[:64],
        staff=staff,
        system=system,
        scopes=sorted(scopes),
        expires_at=expires,
        act=act,
    )
    return Made(token, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _note_use(token: Token, now: datetime) -> None:
    """Write down when a token was used last, to the minute; not on a replica."""
    if is_replica():
        return
    if token.last_used_at is None or now - token.last_used_at > _TOLD_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
