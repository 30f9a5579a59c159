"""Writing down who did what."""

from __future__ import annotations

from typing import Any

from baohou.kernel.audit.models import Act, Change
from baohou.kernel.watch.readonly import require_writable


def record_act(*, verb: str, door: str, by: str = "", because: str = "", facts: dict[str, Any] | None = None) -> Act:
    """Write down one act and return it; call it inside the transaction of what the act does.

    ``by`` is a staff number; the command line and the day leave it empty. Refused while the house is read-only.
    """
    require_writable()
    return Act.objects.create(verb=verb, door=door, by=by, because=because, facts=facts or {})


def record_changes(*, act: Act, table: str, rows: list[tuple[str, Any, Any]]) -> None:
    """Write down rows that an act changed or removed: (business key, before, after); after is None for a removal."""
    Change.objects.bulk_create(
        [Change(act=act, table=table, key=key, before=before, after=after) for key, before, after in rows],
        batch_size=1000,
    )
