"""Marking clients whose facts changed, so that the day derives their duties anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from baohou.guarantee.models import Touched
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table

_TOUCHED: Final = Table("guarantee_touched", {"number": Column(Kind.ID, "id")}, key="number")


def touch(clients: Iterable[tuple[int, date]]) -> None:
    """Mark clients (party number, earliest date old or new of a touched fact); in the transaction of the facts."""
    earliest: dict[int, date] = {}
    for client, since in clients:
        earliest[client] = min(since, earliest.get(client, since))
    Touched.objects.bulk_create([Touched(client_id=c, since=s) for c, s in earliest.items()], batch_size=5000)


def take_away(rows: list[tuple[int, int, date]]) -> None:
    """Take away marks (number, client, since) once the clients' duties are derived; later marks stay."""
    columns.delete(_TOUCHED, pl.Series([number for number, _, _ in rows], dtype=pl.Int64))
