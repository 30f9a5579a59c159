"""Second factors: who has to have one, who has, and resetting one that was lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.internal.flows import activate_totp
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.kernel.audit.services import record_act
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.services import tell
from baohou.kernel.people.directory import standing_postings
from baohou.kernel.people.models import IN_SERVICE, FactorDemand, Post, Posting, Staff
from baohou.kernel.people.sessions import end_sessions

RESET = NoticeKind("login.factor_reset", "第二因素被重置", urgent=True)


@dataclass(frozen=True)
class Standing:
    """A person's second factor: whether there is one, with how many recovery codes, and whether it is demanded."""

    has_one: bool
    codes_left: int
    demanded: bool
    demanded_of_person: bool


def get_standing(*, staff: Staff, post: Post | None) -> Standing:
    """How a person stands with the second factor."""
    found = {one.type: one for one in Authenticator.objects.filter(user=staff.user_id or 0)}
    codes = found.get(Authenticator.Type.RECOVERY_CODES)
    own = FactorDemand.objects.filter(staff=staff).exists()
    by_post = FactorDemand.objects.filter(staff=None, post__in=["", post.value if post else ""]).exists()
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    return Standing(Authenticator.Type.TOTP in found, left, own or by_post, own)


def list_demanded_posts() -> set[str]:
    """The posts of which it is demanded; the empty word stands for everyone."""
    return set(FactorDemand.objects.filter(staff=None).values_list("post", flat=True))


def list_lacking(*, on: date) -> list[Posting]:
    """Those in service with a log-in of whom a factor is demanded and who have none yet, by staff number."""
    posts, persons = list_demanded_posts(), set(FactorDemand.objects.values_list("staff", flat=True))
    have = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user")
    held = standing_postings(on=on).filter(post__in=IN_SERVICE, staff__user__isnull=False).exclude(staff__user__in=have)
    lacking = held.select_related("staff", "department").order_by("staff__staff_no")
    return [one for one in lacking if "" in posts or one.post in posts or one.staff_id in persons]


@transaction.atomic
def demand(*, posts: Collection[str], actor: str, door: str) -> None:
    """Demand a second factor of these posts and of no others; the empty word demands it of everyone.

    Refused for a word that is no post. Whoever has none sets one up before anything else, from the next page on.
    """
    wanted = set(posts)
    if wrong := wanted - {"", *(post.value for post in IN_SERVICE)}:
        raise Refused("login.demand.post", "没有这样的岗位：%(wrong)s。", where="岗位", wrong=listed(sorted(wrong)))
    held = list_demanded_posts()
    if wanted == held:
        return
    facts = {"everyone": "" in wanted, "posts": sorted(wanted - {""})}
    record_act(verb="login.demanded", door=door, by=actor, facts=facts)
    for one in FactorDemand.objects.filter(staff=None, post__in=held - wanted):
        one.delete()
    for post in sorted(wanted - held):
        FactorDemand.objects.create(post=post)


@transaction.atomic
def demand_of(*, staff: Staff, wanted: bool, actor: str, door: str) -> None:
    """Demand a second factor of one person, or stop that; what is demanded of the post stands."""
    held = FactorDemand.objects.filter(staff=staff).first()
    if wanted == (held is not None):
        return
    facts = {"staff_no": staff.staff_no, "wanted": wanted}
    record_act(verb="login.demanded_of", door=door, by=actor, facts=facts)
    if held is not None:
        held.delete()
    else:
        FactorDemand.objects.create(staff=staff)


@transaction.atomic
def add_own(*, request: HttpRequest, staff: Staff, form: Any) -> None:
    """Someone set up a second factor; the other sessions end, which began without it."""
    record_act(verb="login.factor_added", door="page", by=staff.staff_no)
    activate_totp(request, form)
    end_sessions(user_id=staff.user_id, but=request.session.session_key)


@transaction.atomic
def renew_codes(*, request: HttpRequest, staff: Staff) -> None:
    """Someone wants other recovery codes; the old ones are void."""
    record_act(verb="login.codes_made", door="page", by=staff.staff_no)
    generate_recovery_codes(request)


@transaction.atomic
def remove_own(*, staff: Staff, post: Post, current: str | None) -> None:
    """Someone does without a second factor from now on; the sessions but the ``current`` one end.

    Refused while one is demanded, and when there is none.
    """
    standing = get_standing(staff=staff, post=post)
    if standing.demanded:
        raise Refused("login.factor.demanded", _("单位要求您用第二因素登录，不能取消；换手机请找系统管理员重置。"))
    if not standing.has_one:
        raise Refused("login.factor.none", "%(staff)s没有设置第二因素。", staff=staff)
    record_act(verb="login.factor_removed", door="page", by=staff.staff_no)
    Authenticator.objects.filter(user=staff.user_id or 0).delete()
    end_sessions(user_id=staff.user_id, but=current)


@transaction.atomic
def end_own(*, staff: Staff, current: str | None, pk: int | None) -> int:
    """Someone ends the own sessions but the ``current`` one, or one of them; how many ended."""
    record_act(verb="login.sessions_ended", door="page", by=staff.staff_no)
    return end_sessions(user_id=staff.user_id, but=current, pk=pk)


@transaction.atomic
def reset(*, staff: Staff, on: date, actor: str, door: str) -> None:
    """Take away a second factor that was lost, with its recovery codes, and end the person's sessions.

    The person is told. Refused when there is none.
    """
    held = Authenticator.objects.filter(user=staff.user_id or 0)
    if not held.exists():
        raise Refused("login.factor.none", "%(staff)s没有设置第二因素，不用重置。", staff=staff)
    record_act(verb="login.factor_reset", door=door, by=actor, facts={"staff_no": staff.staff_no})
    held.delete()
    end_sessions(user_id=staff.user_id)
    tell(
        person=staff,
        kind=RESET.code,
        title=say("您的第二因素被系统管理员重置了"),
        text=say("下次登录只用密码，请尽快重新设置。如果不是您要求的，请马上告诉系统管理员并改密码。"),
        url="/security/",
        on=on,
    )


@transaction.atomic
def end_all(*, staff: Staff, actor: str, door: str) -> int:
    """End all sessions of a person; how many ended."""
    record_act(verb="login.ended_for", door=door, by=actor, facts={"staff_no": staff.staff_no})
    return end_sessions(user_id=staff.user_id)
