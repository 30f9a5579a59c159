"""Where kept files lie: a folder of this machine, or an S3-compatible store (played by moto in this process)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from baohou.kernel.papers import records
from baohou.kernel.papers.records import places
from tests.kernel.papers.test_records import picture

pytestmark = pytest.mark.django_db
BUCKET = "baohou-files"


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Files are kept in a bucket from now on."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    with mock_aws():
        store = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        options = {
            "bucket_name": BUCKET,
            "region_name": "us-east-1",
            "location": "files",
            "file_overwrite": True,
            "default_acl": None,
        }
        far = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "papers": far}
        yield store


def test_a_file_kept_in_a_bucket_is_read_back_and_kept_once(bucket: Any) -> None:
    first = records.keep(picture(), name="a.jpg")
    again = records.keep(picture(), name="b.jpg")
    sha256 = first.file.sha256
    assert (first.known, again.known) == (False, True)
    assert [one.key for one in bucket.objects.all()] == [f"files/{sha256[:2]}/{sha256}"]
    assert records.read_file(sha256) == picture()


def test_what_is_lost_in_a_bucket_is_lost_and_no_fault_of_the_program(bucket: Any) -> None:
    with pytest.raises(FileNotFoundError):
        records.read_file("0" * 64)


def test_half_a_file_is_written_anew(bucket: Any) -> None:
    """Whatever left it there: what has another size than its content is replaced."""
    kept = records.keep(picture(), name="a.jpg").file
    bucket.put_object(Key=f"files/{kept.sha256[:2]}/{kept.sha256}", Body=b"half")
    records.keep(picture(), name="a.jpg")
    assert records.read_file(kept.sha256) == picture()


def test_a_write_that_fails_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        records.keep(picture(), name="a.jpg")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
