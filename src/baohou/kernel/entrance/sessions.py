"""Django's sessions in the database, found by a query whose text is written once: every page asks for one."""

from __future__ import annotations

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as Stored
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from baohou.kernel.prepared import prepared


class SessionStore(Stored):
    """A session that has ended is none, as with Django's; a database that is away is no session that has ended."""

    def save(self, must_create: bool = False) -> None:
        """Save what the session holds; what was done before stands already, so that nobody is told it was refused."""
        try:
            super().save(must_create)
        except UpdateError as gone:
            if isinstance(gone.__context__, OperationalError | InterfaceError):
                raise gone.__context__ from None
            raise

    def _get_session_from_db(self) -> Session | None:
        found = next(iter(_with_key(self.session_key or "")), None)
        if found is not None and found.expire_date > timezone.now():
            return found
        self._session_key = None
        return None


@prepared
def _with_key(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)
