"""The room's operations: the same verbs, guards and filters as its pages."""

from baohou.guarantee.api import (
    archive,
    clients,
    contacts,
    drafts,
    duties,
    grading,
    guarantees,
    hand_overs,
    imports,
    measures,
    moves,
    numbers,
    plan_loads,
    plans,
    time_lines,
    visits,
    work,
)

_OF_CLIENTS = (
    work,
    clients,
    guarantees,
    time_lines,
    contacts,
    duties,
    plans,
    plan_loads,
    visits,
    drafts,
    grading,
    measures,
)
ROOMS = tuple(part.room for part in (*_OF_CLIENTS, hand_overs, archive, moves, imports, numbers))
