"""Files under their digest, signatures, seals, additions: any later change of a sealed paper shows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone
from PIL import Image

from baohou.core.errors import Refused
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Addendum, Attachment, Seal, Signature, StoredFile
from baohou.kernel.papers.records import kinds
from baohou.kernel.papers.records.sealing import digest

pytestmark = pytest.mark.django_db
SAID = {7: {"client": "东方钢铁有限公司", "on": "2026-10-20"}}


@pytest.fixture(autouse=True)
def a_kind() -> Iterator[None]:
    """A kind of paper that reads its content from SAID."""
    records.register(records.PaperKind("trial", "试验记录", lambda number: SAID.get(number)))
    yield
    del kinds._KINDS["trial"]
    SAID[7] = {"client": "东方钢铁有限公司", "on": "2026-10-20"}


@pytest.fixture
def act(db: None) -> Act:
    return record_act(verb="trial", door="command")


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def sealed(act: Act) -> Seal:
    """The paper 7 with a photo and the client's signature, sealed."""
    photo = records.keep(picture(), name="大门.png").file
    records.attach(kind="trial", subject_id=7, file=photo, name="大门.png", act=act)
    drawn = records.keep(picture("black"), name="签名.png").file
    records.sign(kind="trial", subject_id=7, role="客户", name="王总", act=act, image=drawn)
    return records.seal(kind="trial", subject_id=7, act=act)


def test_the_same_bytes_are_kept_once() -> None:
    first = records.keep(picture(), name="a.png")
    again = records.keep(picture(), name="b.png")
    assert (first.known, again.known, first.file) == (False, True, again.file)
    assert records.path_of(first.file.sha256).read_bytes() == picture()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.png", "papers.file.empty"),
        (b"<svg onload=alert(1)>", "图.png", "papers.file.type"),
        (b"MZ\x90", "程序.pdf", "papers.file.type"),
        (b"x" * (20 * 1024 * 1024 + 1), "大.pdf", "papers.file.too_large"),
    ],
)
def test_it_rejects_what_is_no_photo_and_no_document(content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        records.keep(content, name=name)
    assert refused.value.code == code
    assert not StoredFile.objects.exists()


def test_a_sealed_paper_is_whole(act: Act) -> None:
    checked = records.check(sealed(act))
    assert checked.intact
    assert checked.title == "试验记录"


def test_a_sealed_paper_takes_nothing_more(act: Act) -> None:
    sealed(act)
    file = records.keep(picture("blue"), name="c.png").file
    with pytest.raises(Refused):
        records.attach(kind="trial", subject_id=7, file=file, name="c.png", act=act)
    with pytest.raises(Refused):
        records.sign(kind="trial", subject_id=7, role="经办人", name="张甲", act=act)
    with pytest.raises(Refused):
        records.seal(kind="trial", subject_id=7, act=act)


def test_every_later_change_shows(act: Act) -> None:
    """The row, a photo's bytes, a signature, the seal's own content, an addition: each is found."""
    seal = sealed(act)
    SAID[7]["on"] = "2026-10-21"
    assert records.check(seal).faults == ["记录在封存后被改动。"]
    SAID[7]["on"] = "2026-10-20"
    path = records.path_of(seal.content["files"][0]["sha256"])
    path.write_bytes(picture("blue"))
    assert records.check(seal).faults == ["文件“大门.png”缺失或被改动。"]
    path.write_bytes(picture())
    Signature.objects.update(name="李总")
    assert records.check(seal).faults == ["签名在封存后被改动。"]
    Signature.objects.update(name="王总")
    records.add(seal=seal, text="日期应为 10 月 21 日", name="张甲", staff_no="A01", act=act)
    records.add(seal=seal, text="以此为准", name="张甲", staff_no="A01", act=act)
    assert records.check(seal).intact
    Addendum.objects.filter(text="日期应为 10 月 21 日").update(text="没有")
    assert records.check(seal).faults == ["第 1 条补充被改动。"]


def test_an_addition_that_was_taken_away_shows_the_last_one_too(act: Act) -> None:
    """The first, the last, all of them."""
    seal = sealed(act)
    for text in ("日期应为 10 月 21 日", "以此为准"):
        records.add(seal=seal, text=text, name="张甲", staff_no="A01", act=act)
    Addendum.objects.filter(text="以此为准").delete()
    assert records.check(seal).faults == ["有 1 条补充不见了。"]
    Addendum.objects.all().delete()
    assert records.check(seal).faults == ["有 2 条补充不见了。"]


def test_the_place_of_a_photo_is_sealed(act: Act) -> None:
    """大门.png was taken at 30.25, 120.16: moved to another place, or to none, it shows."""
    where = {"latitude": Decimal("30.250000"), "longitude": Decimal("120.160000")}
    photo = records.keep(picture(), name="大门.png").file
    records.attach(kind="trial", subject_id=7, file=photo, name="大门.png", act=act, **where)
    seal = records.seal(kind="trial", subject_id=7, act=act)
    assert seal.content["files"][0]["place"] == ["30.250000", "120.160000"]
    assert records.check(Seal.objects.get()).intact
    for moved in ({"latitude": Decimal("31.1")}, {"latitude": None, "longitude": None}):
        Attachment.objects.update(**moved)
        assert records.check(seal).faults == ["附件清单在封存后被改动。"]
        Attachment.objects.update(**where)


def test_a_seal_of_before_places_were_sealed_still_holds(act: Act) -> None:
    """It covers name, digest and moment of each file: these show as ever, a place says nothing."""
    seal = sealed(act)
    for one in seal.content["files"]:
        del one["place"]
    seal.sha256 = digest(seal.content)
    seal.save()
    assert records.check(seal).intact
    Attachment.objects.update(latitude=Decimal("31.1"), longitude=Decimal("120"))
    assert records.check(seal).intact
    Attachment.objects.update(name="后门.png")
    assert records.check(seal).faults == ["附件清单在封存后被改动。"]


def test_an_addition_needs_words(act: Act) -> None:
    with pytest.raises(Refused):
        records.add(seal=sealed(act), text=" ", name="张甲", staff_no="A01", act=act)


def test_a_changed_digest_shows(act: Act) -> None:
    seal = sealed(act)
    seal.content["said"]["on"] = "2026-01-01"
    assert "封存的内容与封存时的摘要不符。" in records.check(seal).faults
    assert seal.sealed_at <= timezone.now()
