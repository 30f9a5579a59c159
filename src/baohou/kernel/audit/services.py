"""Writing down who did what: in the transaction of what is done, so that neither is there without the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from baohou.kernel.audit import capture, chain, origin, pairs
from baohou.kernel.audit.masking import mask, plain
from baohou.kernel.audit.models import FORM, Act, Change
from baohou.kernel.watch.readonly import require_writable

log = logging.getLogger(__name__)
_LISTENERS: list[Callable[[Act], None]] = []


def listen(listener: Callable[[Act], None]) -> None:
    """Have a listener told of every act in its transaction: for rooms above apps that know nothing of them."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def record_act(*, verb: str, door: str, by: str = "", because: str = "", facts: dict[str, Any] | None = None) -> Act:
    """Write down one act and return it; call it inside the transaction of what the act does.

    ``by`` is a staff number; the command line and the day leave it empty. Whatever models save or delete from here to
    the end of the transaction is noted as the act's. Once committed it is linked into the chain. Refused while the
    house is read-only.
    """
    require_writable()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an act is recorded in the transaction of what it does")
    where = origin.current(door)
    act = Act(
        at=timezone.now(),
        verb=verb,
        door=door,
        by=by,
        because=mask(because),
        facts=plain({**(facts or {}), **pairs.current()}),
        ip=where.ip,
        request=where.request,
        agent=where.agent,
        form=FORM,
    )
    act.mac = chain.mac_of(act)
    act.save(force_insert=True)

    def ended() -> None:
        link_soon()

    transaction.on_commit(ended)
    capture.begin(act, ended)
    for listener in _LISTENERS:
        listener(act)
    return act


def link_soon() -> None:
    """Link what is committed; when the database is busy or gone the next act or the day does it."""
    try:
        chain.link_pending()
    except DatabaseError as fault:
        log.warning("acts wait to be linked: %s", fault)


def record_changes(*, act: Act, table: str, rows: list[tuple[str, Any, Any]]) -> None:
    """Write down rows in the verb's own words: (business key, before, after); after is None for a removal.

    Changes and removals of that table are then not noted a second time as they are saved.
    """
    opened = capture.get_open()
    if opened is not None and opened.act.pk == act.pk:
        opened.told.add(table.lower().replace(".", "_"))
    Change.objects.bulk_create(
        [
            Change(
                act=act,
                table=table,
                key=mask(key),
                row=_number(before) or _number(after),
                before=plain(before),
                after=plain(after),
            )
            for key, before, after in rows
        ],
        batch_size=1000,
    )


def concern(act: Act, **nouns: int) -> None:
    """Say what an act is about where no row of it says so: ``concern(act, client=7)``."""
    opened = capture.get_open()
    if opened is None or opened.act.pk != act.pk:
        opened = capture.Open(act)
    capture.concern(nouns.items(), opened=opened)


def _number(row: Any) -> int | None:
    return row["id"] if isinstance(row, dict) and isinstance(row.get("id"), int) else None
