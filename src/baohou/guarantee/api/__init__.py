"""The room's operations: the same verbs, guards and filters as its pages."""

from baohou.guarantee.api import clients, duties, grading, hand_overs, imports, measures, moves, numbers, plans, visits

ROOMS = (
    clients.room,
    duties.room,
    plans.room,
    visits.room,
    grading.room,
    measures.room,
    hand_overs.room,
    moves.room,
    imports.room,
    numbers.room,
)
