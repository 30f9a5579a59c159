"""Visit reports as papers: what a seal covers, which visits are sealed, who recorded a visit already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Subquery
from django.urls import reverse

from baohou.guarantee.models import Guarantee, Visit, VisitSubmission, VisitUpload
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers.models import Addendum, Attachment, Seal, Signature
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff

KIND: Final = "visit_report"
"""The kind of paper that a visit's report is."""
CLIENT_ROLE: Final = "客户"


def tell_visit(pk: int) -> dict[str, Any] | None:
    """All that was written down of a visit, by numbers that stay when names are mended; None when it is gone."""
    visit = Visit.objects.select_related("client", "guarantee", "by", "submission").filter(pk=pk).first()
    if visit is None:
        return None
    sent: VisitSubmission | None = getattr(visit, "submission", None)
    place = [sent.latitude, sent.longitude, sent.accuracy_m] if sent and sent.latitude is not None else None
    return {
        "client": visit.client.id_no,
        "project_no": visit.guarantee.project_no if visit.guarantee else None,
        "visited_on": visit.visited_on,
        "kind": VisitKind(visit.kind).code,
        "by": visit.by.staff_no,
        "methods": visit.methods,
        "summary": visit.summary,
        "findings": visit.findings,
        "key": str(sent.key) if sent else None,
        "finished_at": sent.finished_at if sent else None,
        "place": place,
    }


def find_same_visit(*, client: Party, guarantee: Guarantee | None, on: date, kind: VisitKind) -> Visit | None:
    """The visit that tells of the same: the client's on that day, of that kind, about the same project.

    A visit that names no project is about all of them, so it is the same as one that names any.
    """
    visits = Visit.objects.filter(client=client, visited_on=on, kind=kind)
    if guarantee is not None:
        visits = visits.filter(Q(guarantee=guarantee) | Q(guarantee__isnull=True))
    return visits.select_related("by", "submission__by").order_by("pk").first()


def recorder_of(visit: Visit) -> str:
    """Who wrote a visit down; of an imported one, who made it."""
    sent: VisitSubmission | None = getattr(visit, "submission", None)
    return sent.by.name if sent else visit.by.name


def check_url(code: str) -> str:
    """The address, for everyone, of the page that checks a seal."""
    return f"{settings.PUBLIC_URL}{reverse('check.one', args=[code])}"


def list_waiting_files(*, key: UUID, sender: Staff) -> list[VisitUpload]:
    """Files that have arrived for a visit not sent yet, the signature not among them."""
    waiting = VisitUpload.objects.filter(key=key, by=sender, is_signature=False)
    return list(waiting.select_related("file").order_by("pk"))


def sealed_visits(*, clients: Collection[int]) -> Any:
    """Visits to these clients whose reports are sealed."""
    sealed = Seal.objects.filter(kind=KIND).values("subject_id")
    return Visit.objects.filter(client__in=clients, pk__in=Subquery(sealed))


@dataclass(frozen=True)
class Record:
    """What is kept with a visit's report: its seal when it has one, the client's signature, files, additions."""

    seal: Seal | None = None
    signature: Signature | None = None
    attachments: list[Attachment] = field(default_factory=list)
    addenda: list[Addendum] = field(default_factory=list)

    @property
    def photos(self) -> list[Attachment]:
        return [one for one in self.attachments if one.file.content_type.startswith("image/")]

    @property
    def documents(self) -> list[Attachment]:
        return [one for one in self.attachments if not one.file.content_type.startswith("image/")]


def get_records(*, visits: Collection[int]) -> dict[int, Record]:
    """The records of visits by their numbers, in four queries; a visit that has nothing is not among them."""
    seals = {seal.subject_id: seal for seal in Seal.objects.filter(kind=KIND, subject_id__in=visits)}
    if not seals:
        return {}
    papers = {"kind": KIND, "subject_id__in": list(seals)}
    signatures = Signature.objects.filter(role=CLIENT_ROLE, **papers).select_related("image")
    signed = {one.subject_id: one for one in signatures}
    attachments: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in Attachment.objects.filter(**papers).select_related("file").order_by("pk"):
        attachments[attachment.subject_id].append(attachment)
    addenda: dict[int, list[Addendum]] = defaultdict(list)
    for addendum in Addendum.objects.filter(seal__in=list(seals.values())).order_by("pk"):
        addenda[addendum.seal_id].append(addendum)
    return {
        pk: Record(seal, signed.get(pk), attachments.get(pk, []), addenda.get(seal.pk, []))
        for pk, seal in seals.items()
    }
