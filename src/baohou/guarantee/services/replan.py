"""Bringing the stored visit duties of some clients to what their facts say: by the night in bulk, by a verb at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from baohou.core.columns import day_number
from baohou.core.rulebook import RuleBook
from baohou.guarantee.queries.facts import get_facts
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.visits import visit_duties
from baohou.guarantee.rules.words import DutyKind
from baohou.guarantee.services.set_aside import set_aside
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import store
from baohou.kernel.duties.store import Difference

OF_CLIENTS = store.of_kinds(DutyKind.ROUTINE_VISIT, DutyKind.SPECIAL_VISIT)
"""The stored duties that are about clients."""
OF_DEPARTMENTS = store.of_kinds(DutyKind.CLASSIFICATION_REPORT, DutyKind.HAND_OVER)
"""The stored duties that departments owe."""
_RECHECK = Table("guarantee_recheck", {"key": Column(Kind.LONG, "duty_key")})


def replan(book: RuleBook, facts: Facts, *, clients: Sequence[int], on: date) -> Difference:
    """Bring the visit duties of the clients, whose sound facts these are, to a day: what differed.

    Duties that changed after their due day are marked for the penalties to be looked at again.
    """
    with store.reading_state_ahead(where=OF_CLIENTS, among=("party_id", clients)) as stored:
        derived = visit_duties(facts, book, on=on)
        difference = store.compare(derived, stored)
    store.apply(difference)
    recheck(difference, on)
    return difference


def replan_at_once(clients: Sequence[int], *, book: RuleBook, on: date) -> Difference:
    """What a verb does after it wrote facts of some clients: the same rules as the night's, for a table of few rows."""
    sound, wrong = get_facts(book, clients=clients).sound()
    set_aside(wrong, clients=clients, on=on)
    return replan(book, sound, clients=clients, on=on)


def recheck(difference: Difference, on: date) -> None:
    """Have the penalties looked at again of duties that changed after their due day, or are gone."""
    day = day_number(on)
    parts = (difference.new, difference.changed, difference.before, difference.removed)
    mark_for_recheck(pl.concat([rows.filter(pl.col("due_on") < day).select("key") for rows in parts]).unique())


def mark_for_recheck(keys: pl.DataFrame) -> None:
    """Have the penalties of these duties (column key) looked at again by the day."""
    columns.insert(_RECHECK, keys)
