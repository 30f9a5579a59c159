"""What the room keeps of natural persons, and for how long: files never sent, contacts, and clients long gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from baohou.guarantee.models import (
    Guarantee,
    HandOverItem,
    ImportUpload,
    MarkedCopy,
    Visit,
    VisitDraft,
    VisitSubmission,
    VisitUpload,
)
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.services.old_tables import DELETED, forget_words, held_by_tables, thin, years_before
from baohou.kernel.approvals.models import Proposal as Asked
from baohou.kernel.approvals.models import State
from baohou.kernel.audit.retention import Due, Keeping
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import records
from baohou.kernel.papers.archive import standing_of
from baohou.kernel.papers.models import Addendum, Attachment, Seal, Signature, StoredFile
from baohou.kernel.parties.identity import is_person
from baohou.kernel.parties.models import Account, Contact, Party
from baohou.kernel.parties.services import erase, forget_contacts

AT_ONCE = 500
IMPORT = "import"
"""The kind of the proposals that a file waits for."""
_HOLDING = (
    *((Attachment, "file_id"), (Signature, "image_id"), (VisitUpload, "file_id")),
    *((ImportUpload, "file_id"), (MarkedCopy, "file_id")),
)
"""What refers to kept files."""
_HAS_ACCOUNT = Exists(Account.objects.filter(party=OuterRef("pk")))


def find_drafts(on: date, days: int) -> list[Due]:
    """Files of visits that were never sent, and that no draft waits for."""
    last = on - timedelta(days=days)
    waiting = VisitUpload.objects.filter(kept_at__date__lte=last).select_related("by")
    waiting = waiting.exclude(key__in=VisitDraft.objects.values("key"))
    return [
        Due(
            one.pk,
            f"{one.by.staff_no} 上传未发送的文件",
            timezone.localtime(one.kept_at).date() + timedelta(days=days),
        )
        for one in waiting
    ]


def delete_drafts(rows: Sequence[int]) -> None:
    """Delete them with their bytes, unless a visit has the same bytes."""
    files = set(VisitUpload.objects.filter(pk__in=rows).values_list("file_id", flat=True))
    VisitUpload.objects.filter(pk__in=rows).delete()
    discard(files)


def find_texts(on: date, days: int) -> list[Due]:
    """Drafts of visits that nobody touched for so long."""
    last = on - timedelta(days=days)
    untouched = VisitDraft.objects.filter(saved_at__date__lte=last).select_related("by")
    return [
        Due(
            one.pk,
            f"{one.by.staff_no} 没有提交的回访草稿",
            timezone.localtime(one.saved_at).date() + timedelta(days=days),
        )
        for one in untouched
    ]


def delete_texts(rows: Sequence[int]) -> None:
    """Delete drafts with their files, and the bytes of those that nothing else has."""
    drafts = VisitDraft.objects.filter(pk__in=rows)
    uploads = VisitUpload.objects.filter(key__in=list(drafts.values_list("key", flat=True)))
    files = set(uploads.values_list("file_id", flat=True))
    uploads.delete()
    drafts.delete()
    discard(files)


def find_imports(on: date, days: int) -> list[Due]:
    """Files whose import was proposed and answered so many days ago; one that waits again under its digest is held."""
    answered = Asked.objects.filter(kind=IMPORT).exclude(state=State.PENDING)
    kept = dict(StoredFile.objects.filter(sha256__in=answered.values("subject")).values_list("sha256", "pk"))
    waiting = set(Asked.objects.filter(kind=IMPORT, state=State.PENDING).values_list("subject", flat=True))
    return [
        Due(
            one.pk,
            f"第 {one.pk} 号提请的导入文件",
            one.decided_on + timedelta(days=days),
            "同一文件还有一次提请等待复核" if one.subject in waiting else "",
        )
        for one in answered.filter(decided_on__lte=on - timedelta(days=days)).order_by("pk")
        if one.subject in kept and one.decided_on is not None
    ]


def delete_imports(rows: Sequence[int]) -> None:
    """Forget the files of these proposals; what was taken of them are acts."""
    answered = Asked.objects.filter(pk__in=rows)
    sent = ImportUpload.objects.filter(token__in=[one.payload["token"] for one in answered])
    files = set(StoredFile.objects.filter(sha256__in=answered.values("subject")).values_list("pk", flat=True))
    files |= set(MarkedCopy.objects.filter(upload__in=sent).values_list("file_id", flat=True))
    sent.delete()
    discard(files)


def find_persons(on: date, years: int) -> list[Due]:
    """Natural persons whose last guarantee was released so many years ago, with what holds them."""
    found = []
    ended = Party.objects.annotate(last=Max("guarantees__released_on")).filter(last__isnull=False)
    for party in ended.filter(last__lte=years_before(on, years)).order_by("pk"):
        if is_person(party.id_no):
            since = years_before(party.last, -years)
            found.append(Due(party.pk, f"自然人客户 {party.pk} 号", since, _held(party, on)))
    return found


def find_contacts(on: date, years: int) -> list[Due]:
    """Clients, firms too, with contacts or accounts, whose last guarantee was released so many years ago."""
    ended = Party.objects.filter(Exists(Contact.objects.filter(party=OuterRef("pk"))) | _HAS_ACCOUNT)
    ended = ended.annotate(last=Max("guarantees__released_on")).filter(last__lte=years_before(on, years))
    return [
        Due(one.pk, f"客户 {one.pk} 号的联系人和还款账户", years_before(one.last, -years), _busy(one))
        for one in ended.order_by("pk")
    ]


def delete_contacts(rows: Sequence[int]) -> None:
    """Delete the contacts and accounts of these clients; the clients stay."""
    for start in range(0, len(rows), AT_ONCE):
        forget_contacts(parties=rows[start : start + AT_ONCE])


def _busy(party: Party) -> str:
    """What still goes on with a client; empty for nothing."""
    if Guarantee.objects.filter(client=party, released_on__isnull=True).exists():
        return "还有担保没有解除"
    if Duty.objects.filter(party=party, done_on__isnull=True, lapsed_on__isnull=True).exists():
        return "还有应办事项没有办结"
    return ""


def _held(party: Party, on: date) -> str:
    """Why a person's data must stay for now; the first ground that holds."""
    if busy := _busy(party):
        return busy
    kept = HandOverItem.objects.filter(visit__client=party, receipt__volume__destruction__isnull=True)
    item = kept.select_related("receipt__volume").first()
    if item is not None:
        volume = item.receipt.volume if item.receipt else None
        if volume is None:
            return "有回访报告在移交清单上，还没有归档"
        expired = standing_of(volume, on=on).expired
        return f"案卷 {volume.number} {'已过保管期，须先销毁' if expired else '还在保管期内'}"
    return held_by_tables(party.pk, on)


def anonymise(rows: Sequence[int]) -> None:
    """Take away who these clients were: name, number, what visits told of them, photos, signatures and seals.

    Guarantees, sums, days, grades and what was booked stay, of a client without a name. A client who stands on a paper
    that is kept or sealed with others is held, so that the paper stays what it was.
    """
    for start in range(0, len(rows), AT_ONCE):
        clients = rows[start : start + AT_ONCE]
        visits = list(Visit.objects.filter(client__in=clients).values_list("pk", flat=True))
        papers = Q(kind=KIND, subject_id__in=visits)
        Addendum.objects.filter(seal__in=Seal.objects.filter(papers)).delete()
        Seal.objects.filter(papers).delete()
        files = take_papers(papers)
        forget_words(clients)
        delete_texts(list(VisitDraft.objects.filter(client__in=clients).values_list("pk", flat=True)))
        forget_visits(visits)
        erase(parties=clients)
        discard(files)


def forget_visits(visits: Collection[int]) -> None:
    """Take away what these visits told, and where they were written."""
    thin(Visit.objects.filter(pk__in=visits), summary=DELETED, findings={}, methods="")
    thin(VisitSubmission.objects.filter(visit__in=visits), latitude=None, longitude=None, accuracy_m=None)


def take_papers(papers: Q) -> set[int]:
    """Take photos, documents and signatures away from these papers; the files that were theirs, to be discarded."""
    files = set(Attachment.objects.filter(papers).values_list("file_id", flat=True))
    files |= set(Signature.objects.filter(papers, image__isnull=False).values_list("image_id", flat=True))
    for model in (Signature, Attachment):
        model._default_manager.filter(papers).delete()
    return files


def discard(files: Collection[int]) -> None:
    """Forget kept files that nothing refers to any more, and their bytes once that is certain."""
    for model, field in _HOLDING:
        used = model._default_manager.filter(**{f"{field}__in": files}).values_list(field, flat=True)
        files = set(files) - set(used)
    going = StoredFile.objects.filter(pk__in=files)
    for digest in going.values_list("sha256", flat=True):
        transaction.on_commit(partial(_discard_bytes, digest))
    going.delete()


def _discard_bytes(digest: str) -> None:
    """Unless the same file has been kept anew meanwhile."""
    if not StoredFile.objects.filter(sha256=digest).exists():
        records.discard(digest)


IMPORTS = Keeping(
    "imports",
    "提请导入、已经答复的文件",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；取入了什么由操作记录留存。",
    find_imports,
    delete_imports,
)
DRAFTS = Keeping(
    "drafts",
    "上传后没有发送的回访照片和签名",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间。",
    find_drafts,
    delete_drafts,
)
TEXTS = Keeping(
    "texts",
    "没有提交的回访草稿，连同照片和签名",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间。",
    find_texts,
    delete_texts,
)
CONTACTS = Keeping(
    "contacts",
    "已无业务客户的联系人和还款账户",
    "年",
    "个人信息保护法第十九条、第四十七条：担保解除、追偿时效届满后已无联系的必要；期限取民法典第一百八十八条的三年，由本单位法务核定。",
    find_contacts,
    delete_contacts,
)
PERSONS = Keeping(
    "persons",
    "已无业务的自然人客户",
    "年",
    "个人信息保护法第十九条、第四十七条：保存期限届满应当删除；期限取客户身份资料留存年限中较长的十年，由本单位法务核定。",
    find_persons,
    anonymise,
)
