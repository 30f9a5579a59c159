"""What a duty not done by its due day costs, and whom (PGM.12, PGM.13, PGM.14)."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from baohou.core.columns import NEVER, NOBODY, Frame, day_number
from baohou.core.rulebook import RuleBook
from baohou.guarantee.rules.book import Codes, value_of
from baohou.guarantee.rules.words import PENALTY_OF, DutyKind

AMOUNT_FACTS = ("department",)


def owed(duties: Frame, book: RuleBook, *, on: date, go_live: date | None, codes: Codes) -> Frame:
    """What is to be booked for duties as seen on a day: (duty_key, staff_id, fen), one row a penalty.

    A duty costs when its due day has passed without its being done or lapsed by then, on or after the day the
    installation went live. The amount is that of the duty's version; it falls on the owner of the due day. Where
    nobody owned the duty on that day there is nobody to book it on.
    """
    since = 0 if go_live is None else day_number(go_live)
    passed = (nw.col("due_on") < day_number(on)) & (nw.col("due_on") >= since)
    missed = (nw.col("lapsed_on") == NEVER) & (nw.col("done_on") > nw.col("due_on"))
    costly = duties.filter(passed & missed & (nw.col("owner_id") != NOBODY))
    fen = nw.lit(0, nw.Int64)
    for kind in DutyKind:
        amount = value_of(book, PENALTY_OF[kind], "yuan", codes=codes)
        fen = nw.when(nw.col("kind") == kind.value).then(amount).otherwise(fen)
    costly = costly.with_columns(fen=fen).filter(nw.col("fen") > 0)
    return costly.select("fen", duty_key="key", staff_id="owner_id")
