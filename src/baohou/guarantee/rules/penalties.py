"""What a duty not done by its due day costs, and whom (PGM.12, PGM.13, PGM.14)."""

from __future__ import annotations

from datetime import date

import polars as pl

from baohou.core.columns import NEVER, NOBODY, day_number
from baohou.core.rulebook import RuleBook
from baohou.guarantee.rules.book import Codes, value_of
from baohou.guarantee.rules.words import PENALTY_OF, DutyKind

AMOUNT_FACTS = ("department",)


def owed(duties: pl.DataFrame, book: RuleBook, *, on: date, go_live: date | None, codes: Codes) -> pl.DataFrame:
    """What is to be booked for duties as seen on a day: (duty_key, staff_id, fen), one row a penalty.

    A duty costs when its due day has passed without its being done or lapsed by then, on or after the day the
    installation went live. The amount is that of the duty's version; it falls on the owner of the due day. Where
    nobody owned the duty on that day there is nobody to book it on.
    """
    since = 0 if go_live is None else day_number(go_live)
    passed = (pl.col("due_on") < day_number(on)) & (pl.col("due_on") >= since)
    missed = (pl.col("lapsed_on") == NEVER) & (pl.col("done_on") > pl.col("due_on"))
    costly = duties.filter(passed & missed & (pl.col("owner_id") != NOBODY))
    fen = pl.lit(0, pl.Int64)
    for kind in DutyKind:
        amount = value_of(book, PENALTY_OF[kind], "yuan", codes=codes)
        fen = pl.when(pl.col("kind") == kind.value).then(amount).otherwise(fen)
    costly = costly.with_columns(fen=fen).filter(pl.col("fen") > 0)
    return costly.select("fen", duty_key="key", staff_id="owner_id")
