"""What is written down of log-ins: an act of who is known, a line of the log of everyone else.

Failures of accounts that do not exist, and attempts during a wait, are only logged: strangers could fill the history
with them. Those of real accounts are acts; the waits keep them to some hundred a day for each.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from baohou.kernel.audit.origin import current
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.models import Staff
from baohou.kernel.watch.readonly import TakesNoChanges

_log = logging.getLogger("baohou.entrance")


def entered(user: User, *, by: str) -> None:
    """Someone has logged in; ``by`` says how: password, code, oidc, start."""
    _write(_entered, user, {"by": by})


def left(user: User) -> None:
    """Someone has logged out."""
    _write(_left, user, {})


def failed(user: User | None, *, why: str, wait: int = 0) -> None:
    """A log-in failed: a wrong password or code, or an account that may not come in; ``wait`` seconds begin now."""
    facts = {"why": why, **({"wait_seconds": wait} if wait else {})}
    if user is None:
        where = current("page")
        _log.warning("log-in of an unknown account failed", extra={"ip": where.ip, **facts})
        return
    _write(_failed, user, facts)


def waits(*, known: bool, seconds: int) -> None:
    """Someone tried again before the wait was over."""
    where = current("page")
    _log.warning("log-in tried during a wait", extra={"ip": where.ip, "known": known, "wait_seconds": seconds})


@transaction.atomic
def _entered(by: str, facts: dict[str, Any]) -> None:
    record_act(verb="login.entered", door="page", by=by, facts=facts)


@transaction.atomic
def _left(by: str, facts: dict[str, Any]) -> None:
    record_act(verb="login.left", door="page", by=by, facts=facts)


@transaction.atomic
def _failed(by: str, facts: dict[str, Any]) -> None:
    record_act(verb="login.failed", door="page", facts={"staff_no": by, **facts})


def _write(act: Any, user: User, facts: dict[str, Any]) -> None:
    """An act, or while the house is read-only a line of the log: people log in then, too."""
    staff = Staff.objects.filter(user_id=user.pk).first()
    by = staff.staff_no if staff else user.get_username()
    try:
        act(by, facts)
    except TakesNoChanges:
        _log.warning("log-in while read-only", extra={"staff_no": by, "what": act.__name__.strip("_"), **facts})
