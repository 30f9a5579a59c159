"""Visits as devices send them: stored once under a key, whole or not at all, signed and sealed (GPM.5, PGM.11)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from bench import answers
from PIL import Image

from baohou.core.errors import Refused
from baohou.guarantee.exports import list_papers_of_visit, write_papers
from baohou.guarantee.imports import take
from baohou.guarantee.models import Visit, VisitSubmission, VisitUpload
from baohou.guarantee.rules.appointments import Appointment, Channel, appointment_of
from baohou.guarantee.rules.matters import asked_of
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import submissions
from baohou.guarantee.services.submissions import Report
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Attachment, Seal, Signature
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.cast import HEADINGS, STEEL, Portfolio
from tests.guarantee.exports.readers import poppler, text_of

pytestmark = pytest.mark.django_db
NINETEENTH = date(2026, 10, 19)


def picture(ink: bool = True) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGBA", (60, 20))
    if ink:
        image.putpixel((30, 10), (0, 0, 0, 255))
    image.save(out, "PNG")
    return out.getvalue()


def photo(shade: int = 1) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def key() -> UUID:
    return uuid4()


@pytest.fixture
def report(portfolio: Portfolio, key: UUID) -> Report:
    """张甲's regular visit to 东方钢铁 on 2026-10-19, of which one photo and the signature have arrived."""
    sender = portfolio.cast.a
    shot = submissions.keep_file(key=key, sender=sender, content=photo(), name="照片1.jpg")
    drawn = submissions.keep_file(key=key, sender=sender, content=picture(), name="s.png", is_signature=True)
    return Report(
        client=portfolio.steel,
        guarantee=None,
        on=NINETEENTH,
        kind=VisitKind.REGULAR,
        by=sender,
        methods="座谈",
        summary="正常",
        findings=answers.findings(VisitKind.REGULAR, business="订单饱满"),
        signer="王总",
        signature=drawn.file.sha256,
        files=[(shot.file.sha256, "照片1.jpg")],
    )


def send(portfolio: Portfolio, key: UUID, report: Report, *, by_b: bool = False) -> submissions.Submitted:
    sender = portfolio.cast.b if by_b else portfolio.cast.a
    return submissions.submit(key=key, sender=sender, report=report, actor=sender.staff_no, door="page")


def nothing_is_stored() -> bool:
    return not any(model.objects.exists() for model in (Visit, VisitSubmission, Attachment, Signature, Seal))


@pytest.mark.clause("PGM.11")
def test_a_visit_sent_is_signed_and_sealed_with_its_files(portfolio: Portfolio, key: UUID, report: Report) -> None:
    visit = send(portfolio, key, report).visit
    checked = records.check(Seal.objects.get(subject_id=visit.pk))
    assert checked.intact
    assert checked.seal.content["said"]["findings"]["business"] == "订单饱满"
    assert [one["name"] for one in checked.seal.content["files"]] == ["照片1.jpg"]
    assert checked.seal.content["signatures"][0]["name"] == "王总"
    assert not VisitUpload.objects.exists()
    Visit.objects.update(summary="很好")
    assert records.check(checked.seal).faults == ["记录在封存后被改动。"]


def test_the_same_content_under_the_same_key_is_stored_once(portfolio: Portfolio, key: UUID, report: Report) -> None:
    first = send(portfolio, key, report)
    again = send(portfolio, key, report)
    assert (first.already, again.already, again.visit) == (False, True, first.visit)
    assert Visit.objects.count() == 1


def test_the_same_content_finished_anew_is_the_same_report(portfolio: Portfolio, key: UUID, report: Report) -> None:
    """The answer was lost and the button pressed again ten minutes later: the visit stands as it was finished first."""
    first = datetime(2026, 10, 19, 15, 30, 1, 234567, tzinfo=ZoneInfo("Asia/Shanghai"))
    visit = send(portfolio, key, replace(report, finished_at=first)).visit
    again = send(portfolio, key, replace(report, finished_at=first + timedelta(minutes=10)))
    assert (again.already, again.visit) == (True, visit)
    assert VisitSubmission.objects.get().finished_at == first


def test_it_rejects_another_content_or_sender_under_a_known_key(
    portfolio: Portfolio, key: UUID, report: Report
) -> None:
    send(portfolio, key, report)
    changed = replace(report, summary="有异常")
    for sent, by_b, code in ((changed, False, "other_content"), (report, True, "key_of_another")):
        with pytest.raises(Refused) as refused:
            send(portfolio, key, sent, by_b=by_b)
        assert refused.value.code == f"guarantee.visit.{code}"
    assert Visit.objects.get().summary == "正常"


def test_it_names_the_photo_that_has_not_arrived_and_stores_nothing(
    portfolio: Portfolio, key: UUID, report: Report
) -> None:
    """One photo failed on the way; sent once more, it goes with the others."""
    lacking = replace(report, files=[*report.files, ("0" * 64, "照片2.jpg")])
    with pytest.raises(submissions.FilesMissing) as refused:
        send(portfolio, key, lacking)
    assert refused.value.digests == ["0" * 64]
    assert "照片2.jpg" in refused.value.message
    assert nothing_is_stored()
    other = submissions.keep_file(key=key, sender=portfolio.cast.a, content=photo(2), name="照片2.jpg")
    send(portfolio, key, replace(report, files=[*report.files, (other.file.sha256, "照片2.jpg")]))
    assert Attachment.objects.count() == 2


def test_anothers_files_are_not_ones_own(portfolio: Portfolio, key: UUID, report: Report) -> None:
    """李乙 names the digests of 张甲's files under 张甲's key: they have not arrived from 李乙."""
    with pytest.raises(submissions.FilesMissing):
        send(portfolio, key, report, by_b=True)


def test_it_asks_for_a_signature_or_for_why_there_is_none(portfolio: Portfolio, key: UUID, report: Report) -> None:
    unsigned = replace(report, signature="", signer="")
    with pytest.raises(Refused) as refused:
        send(portfolio, key, unsigned)
    assert refused.value.where == "unsigned_because"
    with pytest.raises(Refused) as refused:
        send(portfolio, key, replace(report, signer=" "))
    assert refused.value.where == "signer"
    assert nothing_is_stored()
    visit = send(portfolio, key, replace(unsigned, unsigned_because="老板出差")).visit
    assert visit.findings["not_signed"] == "老板出差"
    assert Seal.objects.exists()
    assert not Signature.objects.exists()


def test_it_rejects_a_blank_signature_and_what_is_no_picture(portfolio: Portfolio, key: UUID) -> None:
    for content in (picture(ink=False), b"%PDF-1.4"):
        with pytest.raises(Refused):
            submissions.keep_file(key=key, sender=portfolio.cast.a, content=content, name="s.png", is_signature=True)
    assert not VisitUpload.objects.exists()


def test_a_failure_at_the_last_step_leaves_nothing_half_done(
    portfolio: Portfolio, key: UUID, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal fails: no visit, no signature; the files still wait, and the next try succeeds."""

    def fail(**_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(records, "seal", fail)
        with pytest.raises(OSError, match="disk full"):
            send(portfolio, key, report)
    assert nothing_is_stored()
    assert VisitUpload.objects.count() == 2
    assert not send(portfolio, key, report).already


def test_the_second_of_two_is_told_who_was_first(portfolio: Portfolio, key: UUID, report: Report) -> None:
    """李乙 writes down the same day's regular visit, naming a project: it is the visit that 张甲 recorded for all."""
    first = send(portfolio, key, report).visit
    theirs = replace(
        report,
        guarantee=portfolio.second,
        by=portfolio.cast.b,
        signature="",
        files=(),
        unsigned_because="已由张甲请客户签",
    )
    with pytest.raises(submissions.RecordedAlready) as refused:
        send(portfolio, uuid4(), theirs, by_b=True)
    assert refused.value.visit == first
    assert "张甲" in refused.value.message
    send(portfolio, uuid4(), replace(theirs, on=date(2026, 10, 20)), by_b=True)
    assert Visit.objects.count() == 2


def test_a_correction_is_added_and_breaks_nothing(portfolio: Portfolio, key: UUID, report: Report) -> None:
    visit = send(portfolio, key, report).visit
    submissions.add(visit=visit, text="库存为 320 吨", by=portfolio.cast.b, actor="B01", door="page")
    seal = Seal.objects.get()
    assert seal.addenda.get().name == "李乙"
    assert records.check(seal).intact
    with pytest.raises(Refused):
        submissions.add(visit=visit, text=" ", by=portfolio.cast.b, actor="B01", door="page")


def test_an_import_does_not_change_or_remove_a_sealed_visit(
    portfolio: Portfolio, key: UUID, report: Report, tmp_path: Path
) -> None:
    send(portfolio, key, report)
    path = tmp_path / "visits.csv"
    head = ",".join(HEADINGS["visits"])
    path.write_text(f"{head}\n{STEEL},,2026-10-19,定期,李乙\n", encoding="utf-8")
    outcome = take(kind="visits", path=path, update=True)
    assert not outcome.acceptable
    assert "已封存" in outcome.faults[0].message
    outcome = take(kind="visits", path=path, remove=True, because="录错")
    assert not outcome.acceptable
    assert Visit.objects.get().by == portfolio.cast.a


@pytest.mark.clause("PGM.11", "PGM.15")
def test_the_printed_report_shows_signature_seal_and_code(
    portfolio: Portfolio, key: UUID, report: Report, tmp_path: Path
) -> None:
    """The signature's picture, the code, the digest, the address of the check page, the addition."""
    visit = send(portfolio, key, report).visit
    out = io.BytesIO()
    write_papers(papers=list_papers_of_visit(visit=visit), kind="pdf", out=out)
    assert "第1页共1页" in text_of(out.getvalue(), tmp_path)
    submissions.add(visit=visit, text="库存为 320 吨", by=portfolio.cast.b, actor="B01", door="page")
    out = io.BytesIO()
    write_papers(papers=list_papers_of_visit(visit=visit), kind="pdf", out=out)
    seal, text = Seal.objects.get(), text_of(out.getvalue(), tmp_path)
    for said in ("王总", seal.code, seal.sha256, f"/check/{seal.code}/", "照片1张", "库存为320吨"):
        assert said in text
    assert "image" in poppler("pdfimages", out.getvalue(), tmp_path, "-list")


@pytest.mark.clause("GPM.5")
def test_an_appointment_is_stored_sealed_and_printed(
    portfolio: Portfolio, key: UUID, report: Report, tmp_path: Path
) -> None:
    """张甲 telephoned 林总 on 2026-10-16 (Friday) for the visit of 2026-10-19: in the seal and on the paper (GPM.5)."""
    made = Appointment(date(2026, 10, 16), " 林总 ", Channel.PHONE)
    visit = send(portfolio, key, replace(report, appointment=made)).visit
    assert appointment_of(visit.findings) == replace(made, contact="林总")
    seal = Seal.objects.get()
    told = {"arranged_on": "2026-10-16", "contact": "林总", "channel": "phone"}
    assert seal.content["said"]["findings"]["appointment"] == told
    assert records.check(seal).intact
    out = io.BytesIO()
    write_papers(papers=list_papers_of_visit(visit=visit), kind="pdf", out=out)
    assert "2026-10-16以电话与林总约定" in text_of(out.getvalue(), tmp_path)
    Visit.objects.filter(pk=visit.pk).update(findings={**visit.findings, "appointment": {**told, "contact": "王总"}})
    assert not records.check(seal).intact


def test_a_visit_without_an_appointment_is_told_as_ever(portfolio: Portfolio, key: UUID, report: Report) -> None:
    """Old reports keep their seals, and a device that sends again what it sent before is known by the same digest."""
    visit = send(portfolio, key, report).visit
    assert "appointment" not in visit.findings
    assert send(portfolio, key, report).already
    with pytest.raises(Refused) as caught:
        send(portfolio, key, replace(report, appointment=Appointment(NINETEENTH, "林总", Channel.LETTER)))
    assert caught.value.code == "guarantee.visit.other_content"


def test_the_digest_of_a_report_without_an_appointment_stays() -> None:
    """As it was computed before a report could tell of one."""
    report = Report(
        Party(pk=1), None, NINETEENTH, VisitKind.REGULAR, Staff(pk=2), "座谈", "正常", {"business": "订单饱满"}
    )
    assert report.digest() == "57439a5098ef7f6b6aad7e8a19e72a6762f68952bce05d15e65459354e53f10b"


@pytest.mark.clause("PGM.3a", "PGM.5a", "PGM.6")
@pytest.mark.parametrize("kind", VisitKind)
def test_what_its_form_asks_and_nobody_answered_is_refused(
    portfolio: Portfolio, key: UUID, report: Report, kind: VisitKind
) -> None:
    """The verb itself asks, whichever door a report comes by: each matter of the kind, each method, the conclusion."""
    whole = replace(report, kind=kind, findings=answers.findings(kind), guarantee=portfolio.first)
    partial = [(replace(whole, summary=" "), "guarantee.visit.no_conclusion", "summary")]
    for matter in asked_of(kind):
        told = {**whole.findings, matter.code: " "}
        partial.append((replace(whole, findings=told), "guarantee.visit.unanswered", "matters"))
    for used, code in (({}, "no_method"), ({"talk": "订单饱满", "site": ""}, "method_untold")):
        partial.append(
            (replace(whole, findings={**whole.findings, "methods": used}), f"guarantee.visit.{code}", "methods")
        )
    for one, code, where in partial:
        with pytest.raises(Refused) as caught:
            send(portfolio, key, one)
        assert (caught.value.code, caught.value.where) == (code, where)
    assert nothing_is_stored()
    send(portfolio, key, whole)


@pytest.mark.parametrize(
    ("made", "where"),
    [
        (Appointment(date(2026, 10, 20), "林总", Channel.PHONE), "arranged_on"),
        (Appointment(NINETEENTH, "  ", Channel.PHONE), "arranged_with"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(
    portfolio: Portfolio, key: UUID, report: Report, made: Appointment, where: str
) -> None:
    with pytest.raises(Refused) as caught:
        send(portfolio, key, replace(report, appointment=made))
    assert caught.value.where == where
    assert nothing_is_stored()
