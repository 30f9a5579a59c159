"""Reading about the installation: the read-only time that is on, the copy made last."""

from __future__ import annotations

from baohou.kernel.watch.models import Backup, ReadOnly


def get_read_only() -> ReadOnly | None:
    """The read-only time that somebody switched on; None when nobody did."""
    return ReadOnly.objects.filter(open=True).first()


def get_last_backup() -> Backup | None:
    """The copy made last; None before the first."""
    return Backup.objects.order_by("-made_at").first()
