"""Copies that are no longer what was written: altered, cut off, lengthened, from another program, from a newer one."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from random import Random
from typing import Any

import pytest

from baohou.core.errors import Refused
from baohou.upkeep.copies import archive as archives
from baohou.upkeep.copies import backup as backups
from baohou.upkeep.copies.archive import CONTENTS, HEAD, Contents, head_bytes, writing
from baohou.upkeep.copies.checking import check
from baohou.upkeep.copies.secrecy import Damaged, Secret, as_secret, make_key, read_key
from tests.upkeep.conftest import Company, Make

FLIPS = 60
GZIP_REMARKS = range(3, 10)
"""Bytes of a .gz that say nothing of its content: when and on what it was made."""
KEY = Secret(bytes(range(32)), is_passphrase=False)
Head = dict[str, Any]


def make_archive(path: Path, *, secret: Secret | None = None, head: Head | None = None, **contents: Any) -> Path:
    """An archive of one table and one file; what is given stands in it instead of the truth."""
    table, file = b"".join(b'[%d,"%d"]\n' % (n, n) for n in range(20_000)), b"%PDF-" + bytes(range(256)) * 50
    name = archives.hashlib.sha256(file).hexdigest()
    told: Head = {"format": 1, "version": "0.1.0", "made_at": "2026-10-20T03:00:00+00:00", "engine": "sqlite"}
    told |= {"migrations": [["audit", "0001_initial"]], "columns": {}} | (head or {})
    whole = Contents({"audit_act": {"rows": 20_000, "digest": "", "next_key": 1}}, files=1)
    for key, value in contents.items():
        setattr(whole, key, value)
    with path.open("wb") as below, writing(below, secret) as writer:
        writer.add(HEAD, head_bytes(told))
        writer.add("tables/audit_act/000001.jsonl", table)
        writer.add(f"files/{name}", file)
        writer.end(whole)
    return path


def test_an_archive_that_is_whole_is_found_whole(tmp_path: Path) -> None:
    checked = check(make_archive(tmp_path / "a"), secret=None)
    assert (checked.rows, checked.files) == (20_000, 1)


def test_it_is_a_plain_tar_when_it_is_not_sealed(tmp_path: Path) -> None:
    """Whoever has lost this program still reads the rows with two others."""
    with tarfile.open(make_archive(tmp_path / "a"), "r:gz") as tar:
        assert [name.split("/")[0] for name in tar.getnames()] == [HEAD, "tables", "files", CONTENTS]


@pytest.mark.parametrize("secret", [None, KEY])
def test_no_byte_can_be_altered_unseen(tmp_path: Path, secret: Secret | None) -> None:
    """Bits flipped all over the file, one at a time."""
    path = make_archive(tmp_path / "a", secret=secret)
    whole, random = path.read_bytes(), Random(1)
    places = {*range(40), len(whole) - 1, len(whole) - 9, *(random.randrange(len(whole)) for _ in range(FLIPS))}
    for place in sorted(places - set(GZIP_REMARKS if secret is None else ())):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << random.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(Refused):
            check(path, secret=secret)
    path.write_bytes(whole)
    assert check(path, secret=secret).rows == 20_000


@pytest.mark.parametrize("secret", [None, KEY])
def test_no_byte_can_be_cut_off_or_added_unseen(tmp_path: Path, secret: Secret | None) -> None:
    path = make_archive(tmp_path / "a", secret=secret)
    whole = path.read_bytes()
    for length in {0, 1, 20, 100, len(whole) // 2, len(whole) - 17, len(whole) - 16, len(whole) - 1}:
        path.write_bytes(whole[:length])
        with pytest.raises(Refused):
            check(path, secret=secret)
    path.write_bytes(whole + b"more")
    with pytest.raises(Refused):
        check(path, secret=secret)


def test_pieces_can_not_change_places(tmp_path: Path) -> None:
    """A sealed file of many pieces, two of them swapped."""
    path = tmp_path / "a"
    noise = Random(2).randbytes(1_200_000)
    with path.open("wb") as below, writing(below, KEY) as writer:
        writer.add(HEAD, head_bytes({"format": 1, "version": "", "made_at": "", "migrations": [], "columns": {}}))
        writer.add(f"files/{archives.hashlib.sha256(noise).hexdigest()}", noise)
        writer.end(Contents(files=1))
    whole, size = path.read_bytes(), 256 * 1024 + 16
    start = len(whole) % size if len(whole) % size > 200 else 200
    path.write_bytes(
        whole[:start] + whole[start + size : start + 2 * size] + whole[start : start + size] + whole[start + 2 * size :]
    )
    with pytest.raises(Damaged):
        check(path, secret=KEY)


@pytest.mark.parametrize(
    "contents",
    [{"files": 2}, {"tables": {}}, {"tables": {"audit_act": {"rows": 19_999, "digest": "", "next_key": 1}}}],
)
def test_a_list_of_contents_that_is_wrong_is_refused(tmp_path: Path, contents: Head) -> None:
    with pytest.raises(Damaged):
        check(make_archive(tmp_path / "a", **contents), secret=None)


def test_a_member_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A tar made by hand that would write outside of everything."""
    path = tmp_path / "a"
    with path.open("wb") as below, writing(below, None) as writer:
        writer.add(HEAD, head_bytes({"format": 1, "version": "", "made_at": "", "migrations": [], "columns": {}}))
        writer.add("../../etc/passwd", b"x")
        writer.end(Contents())
    with pytest.raises(Damaged, match="不该有的内容"):
        check(path, secret=None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", gzip.compress(b"not a tar", mtime=0), b"\x1f\x8b"])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(Damaged):
        check(path, secret=None)


def test_another_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("notes.txt")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"hello"))
    with pytest.raises(Damaged, match="不是保后的备份"):
        check(path, secret=None)


@pytest.mark.parametrize("head", [{"format": 2}, {"migrations": [["guarantee", "9999_later"]]}])
def test_one_of_a_newer_release_is_refused_and_says_what_to_do(tmp_path: Path, head: Head) -> None:
    with pytest.raises(Refused, match="请先把程序升级") as refusal:
        check(make_archive(tmp_path / "a", head={**head, "version": "7.0.0"}), secret=None)
    assert "7.0.0" in refusal.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="没有找到"):
        check(tmp_path / "none", secret=None)


def test_keys_are_kept_from_others_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    kept = read_key(path)
    with pytest.raises(Refused, match="没有覆盖"):
        make_key(path)
    assert read_key(path) == kept
    (tmp_path / "other").write_text("hello")
    with pytest.raises(Refused):
        read_key(tmp_path / "other")
    with pytest.raises(Refused, match="太短"):
        as_secret("短")


def test_rows_that_differ_after_restoring_are_refused(company: Company, make: Make, tmp_path: Path) -> None:
    """A copy whose list was made to fit altered rows: what is there stands."""
    path, there = tmp_path / "forged", make(company.engine)
    rewrite(Path(company.archive), path, lambda content: content.replace(b"project_manager", b"risk_manager"))
    assert "恢复后与备份时不同" in there.baohou("restore", str(path), code=1)
    said = there.baohou("restore", company.archive)
    assert said.count("无误") >= 10
    assert "不对" not in said


def rewrite(old: Path, new: Path, change: Callable[[bytes], bytes]) -> None:
    """Write an archive anew with other content and a list over it that fits, but for the tables' own digests."""
    with archives.reading(old, None) as reader, new.open("wb") as below, writing(below, None) as writer:
        writer.add(HEAD, head_bytes(reader.head))
        for name, content in reader.members():
            writer.add(name, change(content) if name.startswith("tables/") else content)
        assert reader.contents is not None
        writer.end(reader.contents)


@pytest.mark.django_db
def test_a_disk_that_fills_at_the_last_moment_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "snapshot", lambda: nullcontext("default"))
    monkeypatch.setattr(backups.os, "fsync", full)
    with pytest.raises(Refused, match="No space left"):
        backups.backup(tmp_path / "a", secret=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_copy_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "snapshot", lambda: nullcontext("default"))
    backups.backup(tmp_path / "a", secret=KEY)
    before = (tmp_path / "a").read_bytes()
    with pytest.raises(Refused, match="已经存在"):
        backups.backup(tmp_path / "a", secret=None)
    assert (tmp_path / "a").read_bytes() == before
    assert json.loads(before.split(b"\n")[1])["by"] == "key"
