"""Booking in bulk: the nets that stand, and the entries that bring them to what they ought to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

import polars as pl
from django.utils import timezone

from baohou.core.columns import DAY_BITS, SUBJECT_BITS, day_number, unpack_key
from baohou.kernel import columns
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.audit import bulk
from baohou.kernel.audit.chain import moment
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import kinds

_ZERO: Final = 1 << 39
"""Added to amounts while they are packed, so that none is negative."""
_LASTING: Final = (
    f"CASE WHEN kind = {EntryKind.REVERSAL.value} AND act_id IS NOT NULL THEN {EntryKind.WAIVER.value} ELSE kind END"
)
"""The kind of an entry; a reversal by hand counts as a waiver. The day's own have no act, and may be undone."""
_AMOUNTS: Final = Table(
    "accountability_entry",
    {
        "duty_key": Column(Kind.LONG, "duty_key"),
        "staff_id": Column(Kind.REF, "staff_id"),
        "amount": Column(Kind.ID, f"amount_fen + {_ZERO}"),
        "kind": Column(Kind.LONG, _LASTING),
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
_KIND: Final = 1 << (SUBJECT_BITS + DAY_BITS)


def read_booked(*, among: pl.Series | None = None) -> pl.DataFrame:
    """What the ledger says, entry by entry: (duty_key, staff_id, net_fen, waived_fen), the last as a positive sum.

    What was taken back by hand counts as waived.

    Of all duties, or of those ``among`` the keys.
    """
    entries = columns.read(_AMOUNTS) if among is None else _amounts(among)
    fen = pl.col("amount") - _ZERO
    waived = pl.when(pl.col("kind") == EntryKind.WAIVER).then(-fen).otherwise(0)
    return entries.select("duty_key", "staff_id", net_fen=fen, waived_fen=waived)


def write(entries: pl.DataFrame, duties: pl.DataFrame, booked: pl.DataFrame, *, on: date) -> None:
    """Append entries (duty_key, staff_id, fen; see core.ledger) to what stands (read_booked), in one block per kind.

    A penalty says of its duty what ``duties`` says; a reversal repeats what the entry it takes back said, so that sums
    by department net to zero as well. The first booking of a duty is dated the day after it was due, later ones ``on``.
    """
    told = pl.concat(
        [_of_duties(entries.filter(pl.col("fen") > 0), duties), _of_earlier(entries.filter(pl.col("fen") < 0))]
    )
    turns = booked.join(entries, on="duty_key", how="semi").group_by("duty_key").agg(turns=pl.len().cast(pl.Int64))
    told = told.join(turns, on="duty_key", how="left").sort("duty_key", "fen", "staff_id")
    seq = pl.col("turns").fill_null(0) + pl.int_range(pl.len()).over("duty_key")
    told = told.with_columns(seq=seq.cast(pl.Int16), kind=_kind())
    dated = pl.when(pl.col("seq") == 0).then(pl.col("due_on") + 1).otherwise(day_number(on))
    told = told.with_columns(dated=dated.cast(pl.Int32))
    now = timezone.now()
    told = told.select(*_ENTRIES.columns).sort("duty_key", "seq")
    words: set[tuple[int, int, str, str]] = set()
    for (kind, duty_kind), group in told.group_by("kind", "duty_kind"):
        known = kinds.get(int(str(duty_kind)))
        because = _because(known, EntryKind(int(str(kind))))
        constants: columns.Constants = {"clause": known.penalty, "because": because, "recorded_at": now}
        words.add((int(str(kind)), int(str(duty_kind)), known.penalty, because))
        columns.insert(_ENTRIES, group.select(*_ENTRIES.columns), constants=constants)
    sums = {"recorded_at": moment(now), "fen": int(told["fen"].sum()), "words": sorted(map(list, words))}
    bulk.note(_ENTRIES.name, "added", told, **sums)


def read_written() -> Iterator[tuple[str, pl.DataFrame, set[tuple[int, int, str, str]]]]:
    """What ``write`` has written, as the ledger has it now: (when, entries, words) of each time, the first first."""
    names = [column.source for column in _ENTRIES.columns.values()]
    rows = Entry.objects.filter(act__isnull=True).order_by("recorded_at", "duty_key", "seq")
    for at, group in groupby(rows.values_list("recorded_at", "clause", "because", *names).iterator(), itemgetter(0)):
        values, words = [], set()
        for _, clause, because, *row in group:
            values.append([_as_number(value) for value in row])
            words.add((row[2], row[6], clause, because))
        yield moment(at), pl.DataFrame(values, schema=dict.fromkeys(_ENTRIES.columns, pl.Int64), orient="row"), words


def _as_number(value: date | int | None) -> int:
    return day_number(value) if isinstance(value, date) else value or 0


def _kind() -> pl.Expr:
    return (
        pl.when(pl.col("fen") > 0)
        .then(pl.lit(EntryKind.PENALTY.value))
        .otherwise(pl.lit(EntryKind.REVERSAL.value))
        .cast(pl.Int16)
    )


def reasons() -> set[str]:
    """Every reason that is written of an entry; a page says them in the reader's language."""
    booked = (EntryKind.PENALTY, EntryKind.REVERSAL)
    return {_because(kind, entry) for kind in kinds.every() if kind.penalty for entry in booked}


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


def _amounts(keys: pl.Series) -> pl.DataFrame:
    """The entries of these duties; of many, those between the first and the last key of each kind are read and sifted.

    A kind's duties stand in the order of their days, and those that pass together mostly opened together.
    """
    pieces = _pieces(keys.to_list())
    if len(pieces) <= _PIECES_WORTH_ASKING:
        return pl.concat([_AMOUNTS.empty(), *(columns.read(_AMOUNTS, among=("duty_key", piece)) for piece in pieces)])
    spans = keys.to_frame("key").group_by(pl.col("key") // _KIND).agg(low=pl.min("key"), high=pl.max("key"))
    ranges = (f"duty_key BETWEEN {low} AND {high}" for _, low, high in spans.iter_rows())
    return columns.read(_AMOUNTS, where=" OR ".join(ranges)).filter(pl.col("duty_key").is_in(keys.implode()))


def _pieces(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE)]
