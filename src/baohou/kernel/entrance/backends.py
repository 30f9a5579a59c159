"""allauth's log-in; who is logged in is found by a query whose text is written once, as every page asks for it."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User
from django.db.models import QuerySet

from baohou.kernel.prepared import prepared


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """As allauth's."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a number; None when there is none, or it may not log in any more."""
        user = next(iter(_with_number(user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None


@prepared
def _with_number(user: int) -> QuerySet[User]:
    return User.objects.filter(pk=user)
