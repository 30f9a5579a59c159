"""The papers that go with a report when it is handed over: what the client gave at the visit, and its photos (GPM.9).

The record of the visit, which the client signed, is the report itself. What was attached to it before it was sealed can
no longer change, so a report's papers are the same for whoever gives it, receives it, and prints its receipt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.kernel.papers.models import Attachment

PAPER: Final = "visit_paper"
"""The kind of paper in a volume; its subject is the Attachment."""
_AT_ONCE: Final = 1000
_LONGEST_NAME: Final = 200
NAMED: Final = 5
"""A refusal names so many papers."""


@dataclass(frozen=True)
class Paper:
    """One paper: ``key`` is the number of its attachment, of photos taken together that of the first."""

    key: int
    title: str


def papers_of(visits: Collection[int]) -> dict[int, list[Paper]]:
    """The papers of visits by their numbers: files from the client, then the photos as one. A query per thousand."""
    numbers, found = sorted(visits), defaultdict[int, list[Attachment]](list)
    for start in range(0, len(numbers), _AT_ONCE):
        attached = Attachment.objects.filter(kind=KIND, subject_id__in=numbers[start : start + _AT_ONCE])
        for one in attached.select_related("file").order_by("pk"):
            found[one.subject_id].append(one)
    return {visit: _papers(attached) for visit, attached in found.items()}


def require_all_there(reports: Sequence[tuple[str, int]], ticked: Collection[int]) -> None:
    """Refuse when a paper of these reports (number and visit) is not ticked: nothing passes while one is missing."""
    papers = papers_of([visit for _, visit in reports])
    lacking = [
        (number, paper) for number, visit in reports for paper in papers.get(visit, ()) if paper.key not in ticked
    ]
    if lacking:
        named = listed(f"{number} {paper.title}" for number, paper in lacking[:NAMED])
        message = say(
            "还有 %(many)s 件随附资料没有勾选：%(named)s。逐件核对，齐了再勾选；缺的补齐。",
            many=len(lacking),
            named=named,
        )
        raise Refused("guarantee.hand_over.paper_missing", message, where="papers")


def _papers(attached: Sequence[Attachment]) -> list[Paper]:
    photos = [one for one in attached if one.file.content_type.startswith("image/")]
    papers = [
        Paper(one.pk, say("客户资料：%(name)s", name=one.name[:_LONGEST_NAME])) for one in attached if one not in photos
    ]
    return papers + ([Paper(photos[0].pk, say("现场照片 %(n)s 张", n=len(photos)))] if photos else [])
