"""Volumes that were destroyed, as their list says, and those that wait for somebody to agree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Sum

from baohou.guarantee.queries.pages.volumes import visible_volumes
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.papers.models import Destruction, Volume, VolumeItem
from baohou.kernel.people.access import Person

DESTROY: Final = "archive.destroy"
"""The kind of act by which volumes are destroyed."""


@dataclass(frozen=True)
class DestroyedList:
    """A list of volumes that were destroyed together, as far as a person sees them: each with papers and pages."""

    destruction: Destruction
    volumes: list[Volume]
    papers: dict[int, tuple[int, int]]

    @property
    def papers_in_all(self) -> int:
        return sum(papers for papers, _ in self.papers.values())


def list_waiting() -> dict[int, Proposal]:
    """The volumes that wait on a list for a second pair of eyes, by row. One query: few lists wait at a time."""
    waiting = Proposal.objects.filter(kind=DESTROY, state=State.PENDING).select_related("maker").order_by("pk")
    return {volume: one for one in waiting for volume in one.payload["volumes"]}


def find_destroyed(person: Person, pk: int) -> DestroyedList | None:
    """A list of the destroyed within a person's reach; None when there is none, or nothing on it is theirs to see."""
    volumes = list(visible_volumes(person).filter(destruction=pk).select_related("destruction").order_by("number"))
    if not volumes or volumes[0].destruction is None:
        return None
    return DestroyedList(volumes[0].destruction, volumes, _papers([one.pk for one in volumes]))


def _papers(volumes: Collection[int]) -> dict[int, tuple[int, int]]:
    counted = VolumeItem.objects.filter(volume__in=volumes).order_by().values_list("volume_id")
    return {volume: (n, pages or 0) for volume, n, pages in counted.annotate(Count("pk"), Sum("pages"))}
