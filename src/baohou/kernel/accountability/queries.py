"""Reading the ledger's settings and entries."""

from __future__ import annotations

from datetime import date
from typing import Any

from baohou.kernel.accountability.models import Entry, GoLive


def get_go_live() -> date | None:
    """The day this installation went live; nothing due before it is booked. None: everything is."""
    latest = GoLive.objects.order_by("-pk").first()
    return latest.on if latest else None


def list_entries(*, on: date, staff_no: str | None = None) -> Any:
    """Entries dated up to a day, in the order of their dates, with all that they refer to at hand."""
    entries = Entry.objects.filter(dated__lte=on).select_related("staff", "party", "department", "version")
    if staff_no is not None:
        entries = entries.filter(staff__staff_no=staff_no)
    return entries.order_by("dated", "duty_key", "seq")
