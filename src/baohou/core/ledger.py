"""Netting: which entries bring an append-only ledger to what the facts as now known say."""

from __future__ import annotations

import polars as pl

_SUMS = ("fen", "net_fen", "waived_fen")


def entries_due(expected: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """Entries that make each net what it ought to be: (duty_key, staff_id, fen), fen negative for a reversal.

    ``expected``: (duty_key, staff_id, fen), what a duty costs a person now. ``booked``: (duty_key, staff_id, net_fen,
    waived_fen), what the ledger says so far, waived_fen as a positive sum; rows of one duty and person add up. A waiver
    stays granted: the net to reach is what is expected less what was waived, and never below zero. Nothing is returned
    where a net is right already.
    """
    keys = ["duty_key", "staff_id"]
    nothing = pl.lit(0, pl.Int64)
    sides = [
        expected.select(*keys, "fen", net_fen=nothing, waived_fen=nothing),
        booked.select(*keys, nothing.alias("fen"), "net_fen", "waived_fen"),
    ]
    nets = _added_up(pl.concat(sides).sort(*keys), keys)
    target = pl.max_horizontal(pl.col("fen") - pl.col("waived_fen"), nothing)
    nets = nets.select(*keys, fen=target - pl.col("net_fen"))
    return nets.filter(pl.col("fen") != 0).sort("duty_key", "fen", "staff_id")


def _added_up(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The sums per key of rows sorted by it: the running sum at a key's end less that at the end of the key before."""
    last = pl.any_horizontal(*((pl.col(key).shift(-1) != pl.col(key)).fill_null(True) for key in keys))
    ends = rows.select(*keys, *(pl.col(name).cum_sum() for name in _SUMS), last=last).filter(pl.col("last"))
    return ends.select(*keys, *(pl.col(name) - pl.col(name).shift(1).fill_null(0) for name in _SUMS))
