"""Netting: which entries bring an append-only ledger to what the facts as now known say."""

from __future__ import annotations

import narwhals as nw

from baohou.core.columns import Frame


def entries_due(expected: Frame, booked: Frame) -> Frame:
    """Entries that make each net what it ought to be: (duty_key, staff_id, fen), fen negative for a reversal.

    ``expected``: (duty_key, staff_id, fen), what a duty costs a person now. ``booked``: (duty_key, staff_id, net_fen,
    waived_fen), what the ledger says so far, waived_fen as a positive sum. A waiver stays granted: the net to reach is
    what is expected less what was waived, and never below zero. Nothing is returned where a net is right already.
    """
    keys = ["duty_key", "staff_id"]
    every = nw.concat([expected.select(*keys), booked.select(*keys)]).unique()
    nets = every.join(expected, on=keys, how="left").join(booked, on=keys, how="left")
    nets = nets.with_columns(nw.col("fen", "net_fen", "waived_fen").fill_null(0))
    target = nw.max_horizontal(nw.col("fen") - nw.col("waived_fen"), nw.lit(0, nw.Int64))
    nets = nets.select(*keys, fen=target - nw.col("net_fen"))
    return nets.filter(nw.col("fen") != 0).sort("duty_key", "fen", "staff_id")
