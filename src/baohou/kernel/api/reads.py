"""Personal data read by programs: which token read which list on a day, and how much of it, written down as acts.

A list has one act when a token first reads it on a day, and another each time that what was read has grown tenfold
from a thousand rows on, so that reading everybody shows and reading on costs nothing. Rows are counted in each process.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from django.core.cache import caches
from django.db import OperationalError, transaction
from django.utils import timezone

from baohou.kernel.api.tokens import Caller
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act
from baohou.kernel.watch.readonly import why_read_only

VERB: Final = "api.read"
_FROM: Final = 1000
_A_DAY: Final = 26 * 3600
_LOG = logging.getLogger(__name__)


def note_read(caller: Caller, *, of: str, answer: Any) -> None:
    """Count the rows of an answer, and write the act when one is due; while nothing is written, the log tells.

    A database that is busy does not keep anyone from reading: the act is then written with the next rows.
    """
    rows = _rows(answer)
    if not rows:
        return
    cache, day = caches["process"], timezone.localdate().isoformat()
    key = f"{VERB}.{caller.token.pk}.{of}.{day}"
    before, told = cache.get(key) or (0, -1)
    count = before + rows
    step = _step(count)
    if step > told and (told >= 0 or step > 0 or not _is_written(caller, of, day)):
        step = step if _write(caller, of, count) else told
    cache.set(key, (count, step), _A_DAY)


def _rows(answer: Any) -> int:
    items = getattr(answer, "items", answer)
    return len(items) if isinstance(items, list) else 1


def _step(count: int) -> int:
    """How often a count has grown tenfold from _FROM on: 0 below it."""
    return len(str(count // _FROM)) if count >= _FROM else 0


def _is_written(caller: Caller, of: str, day: str) -> bool:
    """Whether another process has told it today."""
    acts = Act.objects.filter(by=caller.person.actor, verb=VERB, facts__list=of, facts__token=caller.token.prefix)
    return acts.filter(facts__day=day).exists()


def _write(caller: Caller, of: str, rows: int) -> bool:
    if why_read_only():
        _LOG.info("list read while read-only", extra={"list": of, "token": caller.token.prefix, "rows": rows})
        return True
    facts = {"list": of, "token": caller.token.prefix, "rows": rows, "day": timezone.localdate().isoformat()}
    try:
        with transaction.atomic():
            record_act(verb=VERB, door="api", by=caller.person.actor, facts=facts)
    except OperationalError as busy:
        _LOG.warning("a reading is not written down yet: %s", busy)
        return False
    return True
