"""Log-ins for staff."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from baohou.core.errors import Refused
from baohou.kernel.audit.capture import change_rows, set_rows
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.models import Post, Posting, Staff


@dataclass(frozen=True)
class Login:
    """A user name, and whose it is."""

    username: str
    name: str
    post: Post


@transaction.atomic
def make_logins(password: str) -> list[Login]:
    """Give everyone on the staff who has no user one named by the staff number, and return a log-in for each post.

    All get the same ``password``: this is for demonstrations. Running it again changes nobody's password.
    """
    without = list(Staff.objects.filter(user__isnull=True).order_by("staff_no"))
    kept = make_password(password)
    taken = set(
        User.objects.filter(username__in=[staff.staff_no for staff in without]).values_list("username", flat=True)
    )
    new = [staff for staff in without if staff.staff_no not in taken]
    User.objects.bulk_create([User(username=staff.staff_no, password=kept) for staff in new])
    users = {user.username: user for user in User.objects.filter(username__in=[staff.staff_no for staff in new])}
    for staff in new:
        staff.user = users[staff.staff_no]
    if new:
        record_act(verb="people.make_logins", door="command", facts={"logins": len(new)})
    set_rows(Staff, new, ["user"], batch_size=500)
    return _one_of_each_post()


def _one_of_each_post() -> list[Login]:
    """The first staff number with a user for each post, in the order of the posts."""
    found: dict[str, Login] = {}
    postings = Posting.objects.filter(staff__user__isnull=False).select_related("staff__user")
    for posting in postings.order_by("staff__staff_no", "effective_on"):
        user = posting.staff.user
        if user is not None and posting.post != Post.LEFT:
            login = Login(user.get_username(), posting.staff.name, Post(posting.post))
            found.setdefault(posting.post, login)
    return [found[post.value] for post in Post if post.value in found]


@transaction.atomic
def make_first_admin(*, staff_no: str, name: str, password: str) -> User:
    """The first log-in of an empty installation: an administrator; refused as soon as any user exists."""
    if User.objects.exists():
        raise Refused("people.not_first", "已有登录用户，请由系统管理员登录。")
    if Staff.objects.filter(staff_no=staff_no).exists():
        raise Refused(
            "people.staff_no_taken",
            "工号 %(staff_no)s 已有人使用，请另取一个管理员工号。",
            where="staff_no",
            staff_no=staff_no,
        )
    record_act(verb="people.make_first_admin", door="page", by=staff_no)
    user = User.objects.create_user(username=staff_no, password=password)
    staff = Staff.objects.create(staff_no=staff_no, name=name, user=user)
    Posting.objects.create(staff=staff, post=Post.ADMIN)
    return user


_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a password that is read from a screen: without letters that are taken for one another."""


@transaction.atomic
def give_login(*, staff: Staff, on: date, actor: str, door: str) -> str:
    """Give a person a log-in named by the staff number, or another password, which is told once and kept nowhere.

    It must be changed at the first log-in. Refused for someone who holds no post by ``on`` and for a user name that is
    someone else's.
    """
    last = staff.postings.filter(effective_on__lte=on).order_by("-effective_on").first()
    if last is not None and last.post == Post.LEFT:
        raise Refused(
            "people.login.left",
            "%(staff)s自 %(effective_on)s 起已离职，不能开通登录。",
            staff=staff,
            effective_on=last.effective_on,
        )
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    user, new = staff.user, staff.user is None
    if user is None:
        if User.objects.filter(username=staff.staff_no).exists():
            raise Refused(
                "people.login.taken", "用户名 %(staff_no)s 已被别人使用，请先核对工号。", staff_no=staff.staff_no
            )
        user = User(username=staff.staff_no)
    verb = "people.give_login" if new else "people.reset_login"
    record_act(verb=verb, door=door, by=actor, facts={"staff_no": staff.staff_no})
    user.set_password(password)
    user.save()
    staff.user, staff.must_change_password = user, True
    staff.save(update_fields=["user", "must_change_password"])
    return password


@transaction.atomic
def password_changed(*, staff: Staff, door: str) -> None:
    """Note that a person has chosen a password; the change itself is the framework's."""
    record_act(verb="people.change_password", door=door, by=staff.staff_no)
    change_rows(Staff.objects.filter(pk=staff.pk), must_change_password=False)


def has_left(user: AbstractBaseUser, *, on: date) -> bool:
    """Whether a user's last posting by a day is the end of service."""
    last = Posting.objects.filter(staff__user_id=user.pk, effective_on__lte=on).order_by("-effective_on").first()
    return last is not None and last.post == Post.LEFT
