"""An outcome as JSON, for a page that is shown after the process that took the file has ended."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Final

from baohou.core.sayings import Said, as_kept, blank
from baohou.kernel.papers.reading import Fault
from baohou.kernel.papers.taking.outcome import Outcome

GROUPS: Final = 40
FAULTS_OF_GROUP: Final = 50
DIFFERENCES: Final = 200
"""So much is kept of an outcome; the marked file has every fault."""

_OWN_WORDS = re.compile(r"“[^”]*”|（[^（）]*）|[0-9][0-9,.:/-]*")


def summarise(outcome: Outcome) -> dict[str, Any]:
    """Counts, notes, the kinds of fault with their first faults, the first differences; sentences as they are kept."""
    faults, differences = outcome.faults, outcome.differences
    return {
        "taken": outcome.taken,
        "acceptable": outcome.acceptable,
        "usable": all(part.usable for part in outcome.parts),
        "nothing_new": not differences and not any(part.new for part in outcome.parts),
        "parts": [
            {
                **part.counts(),
                "kind": part.kind,
                "title": part.title,
                "faults": len(part.faults),
                "differences": len(part.differences),
                "notes": [as_kept(note) for note in part.notes],
            }
            for part in outcome.parts
        ],
        "fault_count": len(faults),
        "groups": group_faults(faults),
        "difference_count": len(differences),
        "differences": [
            {**asdict(one), "before": _shown(one.before), "after": _shown(one.after)}
            for one in differences[:DIFFERENCES]
        ],
    }


def group_faults(faults: list[Fault]) -> list[dict[str, Any]]:
    """The kinds of fault (a column and a sentence but for the values in it), the most frequent first."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.sheet, fault.column, _kind_of(fault.message)), []).append(fault)
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [
        {
            "sheet": sheet,
            "column": column,
            "what": as_kept(same[0].message if len({fault.message for fault in same}) == 1 else what),
            "count": len(same),
            "more": max(len(same) - FAULTS_OF_GROUP, 0),
            "faults": [{**asdict(one), "message": as_kept(one.message)} for one in same[:FAULTS_OF_GROUP]],
        }
        for (sheet, column, what), same in largest[:GROUPS]
    ]


def _kind_of(message: str) -> str:
    return blank(message) if isinstance(message, Said) else _OWN_WORDS.sub("…", message)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
