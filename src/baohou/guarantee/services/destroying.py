"""Destroying volumes of visit reports whose time is over waits for a second pair of eyes; photos go with them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.guarantee.models import HandOverReceipt, Visit
from baohou.guarantee.queries.destructions import DESTROY, list_waiting
from baohou.guarantee.queries.hand_overs import RECEIPT, REPORT, VOLUMES
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.services.retention import discard, forget_visits, take_papers
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.audit.capture import forgetting
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.archive import Someone
from baohou.kernel.papers.models import Destruction, Seal, Volume, VolumeItem
from baohou.kernel.papers.records.kinds import Content
from baohou.kernel.parties.identity import is_person
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Right

_AT_ONCE = 500


@transaction.atomic
def ask_destruction(*, volumes: Collection[int], because: str, by: Person, on: date, door: str) -> Asked:
    """Ask for volumes, by their rows, to be destroyed as one list.

    Refused as ``archive.require_destroyable`` says, and while one of them waits on another list.
    """
    those = Volume.objects.filter(kind=VOLUMES, pk__in=volumes)
    held = archive.require_destroyable(those, because=because, on=timezone.localdate())
    waiting = list_waiting()
    twice = [one for one in held if one.pk in waiting]
    if twice:
        first = waiting[twice[0].pk]
        raise Refused(
            "guarantee.destroy.pending",
            "以下案卷已在%(who)s于 %(made_on)s 提请的销毁清册里，等待复核：%(named)s。",
            where="案卷",
            who=first.maker.name if first.maker else first.made_by,
            made_on=first.made_on,
            named=listed(one.number for one in twice[:10]),
        )
    rows = [
        (one.number, say("%(n)s 件，保管至 %(on)s", n=one.items.count(), on=archive.kept_through(one)), say("销毁"))
        for one in held
    ]
    return ask(
        Draft(
            kind=DESTROY,
            subject=hashlib.sha256(" ".join(str(one.pk) for one in held).encode()).hexdigest(),
            title=say("销毁到期案卷 %(n)s 卷：%(first)s 等", n=len(held), first=held[0].number)
            if len(held) > 1
            else say("销毁到期案卷 %(number)s", number=held[0].number),
            payload={"volumes": [one.pk for one in held]},
            rows=rows,
            because=because,
        ),
        by=by,
        on=on,
        door=door,
    )


def _carry_out(order: Order) -> Destruction:
    """Destroy the volumes, then what hangs on their reports."""
    volumes: list[int] = order.payload["volumes"]
    checker = Staff.objects.filter(staff_no=order.checked_by).first() if order.checked_by else None
    destruction = archive.destroy(
        volumes=volumes,
        because=order.because,
        by=Someone(order.maker.staff_no, order.maker.name) if order.maker else Someone(name=order.actor),
        checked=Someone(checker.staff_no, checker.name) if checker else Someone(),
        on=timezone.localdate(),
        actor=order.actor,
        door=order.door,
    )
    with forgetting():
        _empty(volumes, destruction)
    return destruction


def _empty(volumes: Sequence[int], destruction: Destruction) -> None:
    """Take away photos, signatures and sealed words of the reports; of natural persons also what visits told."""
    reports = VolumeItem.objects.filter(volume__in=volumes, kind=REPORT).order_by("pk")
    visits = list(reports.values_list("subject_id", flat=True))
    files: set[int] = set()
    for start in range(0, len(visits), _AT_ONCE):
        some = visits[start : start + _AT_ONCE]
        seals = list(Seal.objects.filter(kind=KIND, subject_id__in=some, let_go__isnull=True))
        records.let_go(seals, left=lambda _: {"said": {}, "files": [], "signatures": []}, act=destruction.act)
        files |= take_papers(Q(kind=KIND, subject_id__in=some))
        told = Visit.objects.filter(pk__in=some).values_list("pk", "client__id_no")
        of_persons = [pk for pk, id_no in told if is_person(id_no)]
        forget_visits(of_persons)
    receipts = HandOverReceipt.objects.filter(volume__in=volumes).values("pk")
    sealed = list(Seal.objects.filter(kind=RECEIPT, subject_id__in=receipts, let_go__isnull=True))
    records.let_go(sealed, left=_without_titles, act=destruction.act)
    discard(files)


def _without_titles(content: Content) -> Content:
    said = content["said"]
    items = [{**one, "title": archive.DESTROYED} for one in said["items"]]
    return {**content, "said": {**said, "items": items}}


def _stamp(payload: Payload) -> str:
    """Of what is to be destroyed: until when it is kept; whether it is lent out, the verb looks at."""
    rows = Volume.objects.filter(pk__in=payload["volumes"]).order_by("pk")
    said = [f"{one.pk} {archive.kept_through(one)} {one.destruction_id}" for one in rows]
    return hashlib.sha256(";".join(said).encode()).hexdigest()


DESTRUCTION = Kind(
    code=DESTROY,
    title="案卷销毁",
    right=Right.CHECK_ARCHIVE,
    carry_out=_carry_out,
    stamp=_stamp,
    place=lambda _: f"{reverse('handover.archive')}?state=expired",
)
