"""Which volumes of the archive a person sees, and what of them."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from baohou.guarantee.models import HandOverReceipt, Visit
from baohou.guarantee.queries.hand_over_papers import PAPER
from baohou.guarantee.queries.hand_overs import RECEIPT, REPORT, VOLUMES
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.kernel.papers.models import Attachment, Seal, Volume, VolumeItem
from baohou.kernel.people.access import Person, Reach


def visible_volumes(person: Person) -> QuerySet[Volume]:
    """Volumes of visit reports within a person's reach: all, the department's, or those with own visits."""
    volumes = Volume.objects.filter(kind=VOLUMES)
    if person.reach is Reach.ALL:
        return volumes
    if person.reach is Reach.DEPARTMENT:
        return volumes.filter(unit_id=person.department_id or 0)
    return volumes.filter(Exists(_own(person).filter(volume=OuterRef("pk"))))


def list_visible_items(person: Person, volume: Volume) -> list[VolumeItem]:
    """What a person sees of a volume's contents: all, or own visits."""
    items = VolumeItem.objects.all() if person.sees_department(volume.unit_id) else _own(person)
    return list(items.filter(volume=volume).order_by("position"))


def count_papers(person: Person, volumes: list[int]) -> dict[int, tuple[int, int]]:
    """How many papers of each volume a person sees, and their pages as far as they were counted. One query."""
    items = _own(person) if person.reach is Reach.OWN else VolumeItem.objects.all()
    counted = items.filter(volume__in=volumes).order_by().values_list("volume_id")
    return {volume: (n, pages or 0) for volume, n, pages in counted.annotate(Count("pk"), Sum("pages"))}


def find_receipt(volume: Volume) -> tuple[HandOverReceipt, Seal | None] | None:
    """The receipt by which a volume came into the archive, and its seal."""
    receipt = HandOverReceipt.objects.filter(volume=volume).first()
    if receipt is None:
        return None
    return receipt, Seal.objects.filter(kind=RECEIPT, subject_id=receipt.pk).first()


def _own(person: Person) -> QuerySet[VolumeItem]:
    visits = Visit.objects.filter(by=person.staff_id).values("pk")
    with_them = Attachment.objects.filter(kind=KIND, subject_id__in=visits).values("pk")
    return VolumeItem.objects.filter(Q(kind=REPORT, subject_id__in=visits) | Q(kind=PAPER, subject_id__in=with_them))
