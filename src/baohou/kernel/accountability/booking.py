"""Booking in bulk: the nets that stand, and the entries that bring them to what they ought to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl
from django.utils import timezone

from baohou.core.columns import Frame, day_number, unpack_key
from baohou.kernel import columns
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import kinds, store

_ZERO: Final = 1 << 39
"""Added to amounts while they are packed, so that none is negative."""
_AMOUNTS: Final = Table(
    "accountability_entry",
    {
        "duty_key": Column(Kind.LONG, "duty_key"),
        "staff_id": Column(Kind.REF, "staff_id"),
        "amount": Column(Kind.ID, f"amount_fen + {_ZERO}"),
        "kind": Column(Kind.LONG, "kind"),
    },
)
_CONTEXT: Final = {
    "client_id": Column(Kind.ID, "party_id"),
    "subject_id": Column(Kind.ID, "subject_id"),
    "department_id": Column(Kind.REF, "department_id"),
    "version_id": Column(Kind.REF, "version_id"),
    "opens_on": Column(Kind.DAY, "opens_on"),
    "due_on": Column(Kind.DAY, "due_on"),
}
_ENTRIES: Final = Table(
    "accountability_entry",
    {
        "duty_key": Column(Kind.LONG, "duty_key"),
        "seq": Column(Kind.CODE, "seq"),
        "kind": Column(Kind.CODE, "kind"),
        "staff_id": Column(Kind.REF, "staff_id"),
        "fen": Column(Kind.LONG, "amount_fen"),
        "dated": Column(Kind.DAY, "dated"),
        "duty_kind": Column(Kind.CODE, "duty_kind"),
        **_CONTEXT,
    },
)
_KEYS_AT_ONCE: Final = 20_000
_PIECES_WORTH_ASKING: Final = 5


def read_nets(*, among: Sequence[int] | None = None, of: str = "") -> Frame:
    """What the ledger says per duty and person: (duty_key, staff_id, net_fen, waived_fen, entries).

    ``waived_fen`` is a positive sum, ``entries`` how many there are. Of all duties, of those ``among`` the keys, or
    ``of`` the stored duties that a condition (SQL of our own) picks.
    """
    if of:
        entries = columns.read(_AMOUNTS, where=f"duty_key IN (SELECT key FROM {store.TABLE.name} WHERE {of})")
    else:
        entries = columns.read(_AMOUNTS) if among is None else _amounts(among)
    fen = pl.col("amount") - _ZERO
    waived = pl.when(pl.col("kind") == EntryKind.WAIVER).then(-fen).otherwise(0)
    nets = entries.group_by("duty_key", "staff_id").agg(
        net_fen=fen.sum(), waived_fen=waived.sum(), entries=pl.len().cast(pl.Int64)
    )
    return nw.from_native(nets, eager_only=True)


def write(entries: pl.DataFrame, duties: pl.DataFrame, nets: pl.DataFrame, *, on: date) -> None:
    """Append entries (duty_key, staff_id, fen; see core.ledger) to what stands (read_nets), in one block per kind.

    A penalty says of its duty what ``duties`` says; a reversal repeats what the entry it takes back said, so that sums
    by department net to zero as well. The first booking of a duty is dated the day after it was due, later ones ``on``.
    """
    if not len(entries):
        return
    told = pl.concat(
        [_of_duties(entries.filter(pl.col("fen") > 0), duties), _of_earlier(entries.filter(pl.col("fen") < 0))]
    )
    turns = nets.group_by("duty_key").agg(turns=pl.col("entries").sum())
    told = told.join(turns, on="duty_key", how="left").sort("duty_key", "fen", "staff_id")
    seq = pl.col("turns").fill_null(0) + pl.int_range(pl.len()).over("duty_key")
    told = told.with_columns(seq=seq.cast(pl.Int16), kind=_kind())
    dated = pl.when(pl.col("seq") == 0).then(pl.col("due_on") + 1).otherwise(day_number(on))
    told = told.with_columns(dated=dated.cast(pl.Int32))
    now = timezone.now()
    for (kind, duty_kind), group in told.group_by("kind", "duty_kind"):
        known = kinds.get(int(str(duty_kind)))
        because = _because(known, EntryKind(int(str(kind))))
        constants: columns.Constants = {"clause": known.penalty, "because": because, "recorded_at": now}
        columns.insert(_ENTRIES, group.select(*_ENTRIES.columns), constants=constants)


def _kind() -> pl.Expr:
    return (
        pl.when(pl.col("fen") > 0)
        .then(pl.lit(EntryKind.PENALTY.value))
        .otherwise(pl.lit(EntryKind.REVERSAL.value))
        .cast(pl.Int16)
    )


def _because(kind: kinds.Kind, entry: EntryKind) -> str:
    if entry is EntryKind.PENALTY:
        return f"{kind.zh}到期未办"
    return f"按现已知的事实，{kind.zh}不应由此人受罚，予以冲回"


def _of_duties(entries: pl.DataFrame, duties: pl.DataFrame) -> pl.DataFrame:
    context = duties.select(*_CONTEXT, duty_kind=pl.col("kind"), duty_key=pl.col("key"))
    return entries.join(context, on="duty_key", how="left").select(_ORDER)


def _of_earlier(entries: pl.DataFrame) -> pl.DataFrame:
    """Reversals with what the person's latest entry on the duty said."""
    said: dict[tuple[int, int], tuple[int, ...]] = {}
    fields = ("party_id", "subject_id", "department_id", "version_id", "opens_on", "due_on")
    for piece in _pieces(entries["duty_key"].to_list()):
        rows = Entry.objects.filter(duty_key__in=piece).order_by("seq").values_list("duty_key", "staff_id", *fields)
        for key, staff, *context in rows:
            said[key, staff] = (*(value or 0 for value in context[:4]), *map(day_number, context[4:]))
    rows_told = [
        (key, staff, fen, unpack_key(key)[0], *said[key, staff])
        for key, staff, fen in entries.select("duty_key", "staff_id", "fen").iter_rows()
    ]
    schema = {name: _SCHEMA[name] for name in _ORDER}
    return pl.DataFrame(rows_told, schema=schema, orient="row")


_ORDER: Final = ("duty_key", "staff_id", "fen", "duty_kind", *_CONTEXT)
_SCHEMA: Final = {name: column.kind.dtype for name, column in _ENTRIES.columns.items()}


def _amounts(keys: Sequence[int]) -> pl.DataFrame:
    """The entries of these duties; read with all others where that is cheaper than asking for so many."""
    pieces = _pieces(keys)
    if len(pieces) > _PIECES_WORTH_ASKING:
        return columns.read(_AMOUNTS).filter(pl.col("duty_key").is_in(pl.Series(keys, dtype=pl.Int64).implode()))
    return pl.concat([_AMOUNTS.empty(), *(columns.read(_AMOUNTS, among=("duty_key", piece)) for piece in pieces)])


def _pieces(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE)]
