"""Visit reports as they come from the field: files first, then the form; signed and sealed at once (GPM.5, PGM.11)."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from PIL import Image

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.guarantee.models import Guarantee, Visit, VisitSubmission, VisitUpload
from baohou.guarantee.queries.sealed_visits import CLIENT_ROLE, KIND, find_same_visit, recorder_of
from baohou.guarantee.rules.appointments import APPOINTMENT_KEY, Appointment
from baohou.guarantee.rules.matters import METHODS_KEY, NOT_SIGNED, unanswered, untold
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import drafts, events, verbs, visits
from baohou.guarantee.services.retention import discard
from baohou.kernel.audit.models import Act
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Addendum
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff

MOST_FILES: Final = 40
"""Of one visit."""
_LONGEST_NAME: Final = 255


@dataclass(frozen=True)
class Place:
    """Where a device was, in degrees, and within how many metres."""

    latitude: Decimal
    longitude: Decimal
    accuracy_m: int | None = None


@dataclass(frozen=True)
class Report:
    """A visit's form as it was filled in.

    ``files`` are digest and name of what was sent before, ``signature`` is the digest of the drawn one, empty when the
    client did not sign; then ``unsigned_because`` says why. ``appointment`` is None when the visit came unannounced.
    """

    client: Party
    guarantee: Guarantee | None
    on: date
    kind: VisitKind
    by: Staff
    methods: str
    summary: str
    findings: dict[str, Any]
    signer: str = ""
    signature: str = ""
    unsigned_because: str = ""
    files: Sequence[tuple[str, str]] = ()
    place: Place | None = None
    finished_at: datetime | None = None
    appointment: Appointment | None = None

    def digest(self) -> str:
        """SHA-256 of everything in it; without an appointment the same as before there were any."""
        said = {
            **{name: getattr(self, name) for name in ("on", "methods", "summary", "findings", "finished_at")},
            **{name: getattr(self, name) for name in ("signer", "signature", "unsigned_because")},
            "client": self.client.pk,
            "guarantee": self.guarantee.pk if self.guarantee else None,
            "kind": self.kind.code,
            "by": self.by.pk,
            "files": sorted(sha256 for sha256, _ in self.files),
            "place": asdict(self.place) if self.place else None,
            **({APPOINTMENT_KEY: self.appointment.told()} if self.appointment else {}),
        }
        plain = json.dumps(said, ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder)
        return hashlib.sha256(plain.encode()).hexdigest()

    def is_stored_as(self, known: VisitSubmission) -> bool:
        """Whether this is what was stored; that a device calls it finished anew makes no other report of it."""
        finished_at = self.finished_at
        if finished_at is not None and known.finished_at is not None:
            finished_at = known.finished_at.astimezone(finished_at.tzinfo)
        return replace(self, finished_at=finished_at).digest() == known.digest


@dataclass(frozen=True)
class Submitted:
    """The visit of a key; ``already`` when it had been stored before."""

    visit: Visit
    already: bool


class FilesMissing(Refused):
    """Files that a visit names have not arrived: ``digests`` of them."""

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        self.digests = [sha256 for sha256, _ in missing]
        names = listed(say("“%(title)s”", title=name) for _, name in missing)
        message = say(
            "还有 %(many)s 个文件没有送到：%(names)s。请重新发送，已送到的不用再传。",
            many=len(missing),
            names=names,
        )
        super().__init__("guarantee.visit.files_missing", message, where="files")


class RecordedAlready(Refused):
    """Someone recorded the same visit before: ``visit``."""

    def __init__(self, visit: Visit, client: Party) -> None:
        self.visit = visit
        kind = VisitKind(visit.kind)
        message = say(
            "%(client)s %(visited_on)s 的%(kind)s回访已由%(who)s记录，这一份没有存入，内容还在。"
            "请打开已有的那份报告，把不同之处作为补充加上。",
            client=client.name,
            visited_on=visit.visited_on,
            kind=say(kind.zh),
            who=recorder_of(visit),
        )
        super().__init__("guarantee.visit.recorded_already", message, where="回访日期")


class OtherContent(Refused):
    """The sender's report of this key is stored, and says something else: ``visit``."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        message = say(
            "%(client)s %(visited_on)s 的%(kind)s回访已经送到过，内容与这次不同；送到的不能再改。"
            "需要更正，请打开那份报告加一条补充。",
            client=visit.client.name,
            visited_on=visit.visited_on,
            kind=say(VisitKind(visit.kind).zh),
        )
        super().__init__("guarantee.visit.other_content", message)


@transaction.atomic
def keep_file(
    *,
    key: UUID,
    sender: Staff,
    content: bytes,
    name: str,
    is_signature: bool = False,
    taken_at: datetime | None = None,
    place: Place | None = None,
    client: Party | None = None,
) -> VisitUpload:
    """Keep a file for the visit that will be sent under a key; the same bytes once more change nothing.

    With ``client``, whom the visit is about, it is known that a draft was begun. Refused: what ``records.keep``
    refuses, a signature that is no picture or blank, more files than MOST_FILES.
    """
    old = drafts.forget_old()
    if client is not None:
        drafts.begin(key=key, client=client, by=sender)
    file = records.keep(content, name=name, pictures_only=is_signature).file
    if is_signature and _is_blank(content):
        raise Refused("guarantee.visit.signature_blank", "签名是空白的，请客户重新签。", where="signature")
    waiting = VisitUpload.objects.filter(key=key, by=sender)
    if waiting.exclude(file=file).count() >= MOST_FILES:
        raise Refused(
            "guarantee.visit.too_many_files",
            "一次回访最多 %(most_files)s 个文件。",
            where="files",
            most_files=MOST_FILES,
        )
    told = {"name": name[:_LONGEST_NAME], "taken_at": taken_at}
    where = {"latitude": place.latitude, "longitude": place.longitude} if place else {}
    upload, _ = VisitUpload.objects.get_or_create(
        key=key, by=sender, file=file, is_signature=is_signature, defaults={**told, **where}
    )
    discard(old)
    return upload


@transaction.atomic
def submit(*, key: UUID, sender: Staff, report: Report, actor: str, door: str) -> Submitted:
    """Record a visit with its files and signature, and seal its report: all of it or nothing.

    The same content under the same key is answered with what is stored. Refused: another content under a known key
    (OtherContent), a key that somebody else has used, files that have not arrived (FilesMissing), a visit that someone
    recorded already (RecordedAlready), neither a signature nor why there is none, an appointment without a name or
    made after the visit, and what ``visits.record`` refuses.
    """
    verbs.wait_for_turn([report.client.pk])
    known = VisitSubmission.objects.select_related("visit__client").filter(key=key).first()
    if known is not None:
        if known.by_id != sender.pk:
            message = say("这个编号的回访已由别人送到过，这一份没有存入。请重新打开表单填写。")
            raise Refused("guarantee.visit.key_of_another", message)
        if not report.is_stored_as(known):
            raise OtherContent(known.visit)
        return Submitted(known.visit, True)
    _require_answers(report)
    drafts.take_up(key=key, by=sender)
    files, signature = _arrived(key, sender, report)
    findings = {**_signed_or_why(report), **_arranged(report)}
    told: dict[str, Any] = {
        "client": report.client,
        "guarantee": report.guarantee,
        "on": report.on,
        "kind": report.kind,
    }
    same = find_same_visit(**told)
    if same is not None:
        raise RecordedAlready(same, report.client)
    visit = visits.record(
        **told,
        by=report.by,
        methods=report.methods,
        summary=report.summary,
        findings=findings,
        actor=actor,
        door=door,
    )
    place = asdict(report.place) if report.place else {}
    VisitSubmission.objects.create(
        key=key, by=sender, visit=visit, digest=report.digest(), finished_at=report.finished_at, **place
    )
    assert visit.act is not None
    _close(visit, files, signature, report.signer.strip(), visit.act)
    drafts.close(key=key, client=report.client)
    return Submitted(visit, False)


@transaction.atomic
def add(*, visit: Visit, text: str, by: Staff, actor: str, door: str) -> Addendum:
    """Add a correction to a visit's sealed report. Refused without words, or when the report is not sealed."""
    seal = records.find_seal(kind=KIND, subject_id=visit.pk)
    if seal is None:
        raise Refused("guarantee.visit.not_sealed", "这次回访没有封存的报告，不能加补充。")
    facts = {"on": str(visit.visited_on), "kind": VisitKind(visit.kind).code, "seal": seal.code}
    act = verbs.act_on(verb="visits.add", client=visit.client, actor=actor, door=door, facts=facts)
    events.tell_addition(visit)
    return records.add(seal=seal, text=text, name=by.name, staff_no=by.staff_no, act=act)


def _require_answers(report: Report) -> None:
    """Refuse a report that leaves open what the form of its kind asks, what a method found, or the conclusion."""
    if not report.findings.get(METHODS_KEY):
        raise Refused("guarantee.visit.no_method", "请至少勾选一种回访方法。", where="methods")
    if lacking := untold(report.findings):
        names = listed(say(method.short) for method in lacking)
        message = say("请写明这些方法了解到的情况：%(names)s。", names=names)
        raise Refused("guarantee.visit.method_untold", message, where="methods")
    if open_ := unanswered(report.kind, report.findings):
        names = listed(say(matter.zh) for matter in open_)
        message = say("这些事项还没有填：%(names)s。没有了解到的，请写明没有了解到。", names=names)
        raise Refused("guarantee.visit.unanswered", message, where="matters")
    if not report.summary.strip():
        raise Refused("guarantee.visit.no_conclusion", "请填写回访结论。", where="summary")


def _arrived(key: UUID, sender: Staff, report: Report) -> tuple[list[VisitUpload], VisitUpload | None]:
    """The files and the signature that the report names; FilesMissing when some are not there."""
    if not report.files and not report.signature:
        return [], None
    waiting = VisitUpload.objects.filter(key=key, by=sender).select_related("file")
    here = {(upload.file.sha256, upload.is_signature): upload for upload in waiting}
    missing = [one for one in report.files if (one[0], False) not in here]
    if report.signature and (report.signature, True) not in here:
        missing.append((report.signature, say("客户签名")))
    if missing:
        raise FilesMissing(missing)
    return [here[sha256, False] for sha256, _ in report.files], here.get((report.signature, True))


def _signed_or_why(report: Report) -> dict[str, Any]:
    """The findings, with the reason when the client did not sign."""
    if report.signature:
        if not report.signer.strip():
            raise Refused("guarantee.visit.no_signer", "请填写签字人的姓名。", where="signer")
        return report.findings
    if not report.unsigned_because.strip():
        message = say("请让客户签字；客户没有签的，请写明原因。")
        raise Refused("guarantee.visit.not_signed", message, where="unsigned_because")
    return {**report.findings, NOT_SIGNED.code: report.unsigned_because.strip()}


def _arranged(report: Report) -> dict[str, Any]:
    """What the findings say of the appointment; nothing when there was none."""
    made = report.appointment
    if made is None:
        return {}
    if not made.contact.strip():
        raise Refused("guarantee.visit.no_contact", "请填写与客户方的谁约好的。", where="arranged_with")
    if made.arranged_on > report.on:
        raise Refused(
            "guarantee.visit.arranged_late",
            "约见日期 %(arranged_on)s 晚于回访日期 %(on)s，请核对。",
            where="arranged_on",
            arranged_on=made.arranged_on,
            on=report.on,
        )
    return {APPOINTMENT_KEY: replace(made, contact=made.contact.strip()).told()}


def _close(visit: Visit, files: list[VisitUpload], signature: VisitUpload | None, signer: str, act: Act) -> None:
    """Put the files and the signature to the visit's report, and seal it."""
    paper: dict[str, Any] = {"kind": KIND, "subject_id": visit.pk}
    for upload in files:
        place: dict[str, Any] = {"latitude": upload.latitude, "longitude": upload.longitude}
        records.attach(**paper, file=upload.file, name=upload.name, taken_at=upload.taken_at, act=act, **place)
    if signature is not None:
        records.sign(**paper, role=CLIENT_ROLE, name=signer, image=signature.file, act=act)
    records.seal(**paper, act=act)


def _is_blank(content: bytes) -> bool:
    """Whether a picture that was kept has one colour only: nothing is drawn on it."""
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGBA").getcolors(1) is not None
