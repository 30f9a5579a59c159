"""Files sent for import: kept like other files, for a day or until taken, for a job on whichever machine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from baohou.guarantee.models import ImportUpload, MarkedCopy
from baohou.guarantee.services.retention import IMPORT, discard
from baohou.kernel.approvals.models import Proposal as Asked
from baohou.kernel.papers import records
from baohou.kernel.papers.inspecting import TABLES, inspect
from baohou.kernel.papers.models import StoredFile

KEPT: Final = timedelta(days=1)


def keep(*, kind: str, file: UploadedFile[Any]) -> ImportUpload:
    """Keep an uploaded file until it is taken, and forget old ones. Refused as ``inspect`` refuses."""
    name = Path(str(file.name)).name or "upload"
    found = inspect(cast(BinaryIO, file), name=name, wanted=TABLES)
    file.seek(0)
    return keep_content(kind=kind, name=name, content=file.read(), ending=found.value)


@transaction.atomic
def keep_content(*, kind: str, name: str, content: bytes, ending: str, mapping: str = "") -> ImportUpload:
    """Keep a table, ``ending`` in xlsx or csv, that somebody has looked into."""
    _forget(ImportUpload.objects.filter(sent_at__lt=timezone.now() - KEPT))
    kept = records.keep_table(content, name=f"file.{ending}").file
    token = secrets.token_urlsafe(24)
    return ImportUpload.objects.create(token=token, kind=kind, name=name[:255], file=kept, mapping=mapping)


def find(token: str) -> ImportUpload | None:
    """The file under a token; None when there is none, or it has been taken or forgotten."""
    waiting = ImportUpload.objects.filter(token=token, sent_at__gte=timezone.now() - KEPT)
    return waiting.select_related("file").first()


def map_by(upload: ImportUpload, text: str) -> None:
    """Read it by this mapping from now on."""
    upload.mapping = text
    upload.save(update_fields=["mapping"])


@transaction.atomic
def forget(token: str) -> None:
    """Throw away a file that has been taken; nothing happens when it is gone."""
    _forget(ImportUpload.objects.filter(token=token))


@contextmanager
def laid_out(file: StoredFile, mapping: str = "") -> Iterator[tuple[Path, Path | None]]:
    """A kept table in a file of this machine, and its mapping in another, for as long as they are read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{ending_of(file)}"
        path.write_bytes(records.read_file(file.sha256))
        if not mapping:
            yield path, None
            return
        mapped = Path(folder) / "mapping.toml"
        mapped.write_text(mapping, encoding="utf-8")
        yield path, mapped


def ending_of(file: StoredFile) -> str:
    """What the name of a kept table ends in."""
    return "csv" if file.content_type == "text/csv" else "xlsx"


@transaction.atomic
def keep_marked(upload: ImportUpload, *, language: str, content: bytes) -> None:
    """Keep a copy with its faulty cells marked, in place of an earlier one."""
    kept = records.keep_table(content, name="marked.xlsx").file
    old = MarkedCopy.objects.filter(upload=upload, language=language).exclude(file=kept)
    gone = set(old.values_list("file_id", flat=True))
    MarkedCopy.objects.update_or_create(upload=upload, language=language, defaults={"file": kept})
    discard(gone)


def find_marked(upload: ImportUpload) -> StoredFile | None:
    """The marked copy of a file in the reader's language, or at least in some; None when there is none."""
    found = {one.language: one.file for one in upload.marked.select_related("file")}
    return found.get(get_language() or "") or found.get(settings.LANGUAGE_CODE)


def _forget(uploads: QuerySet[ImportUpload]) -> None:
    """Delete uploads, and the bytes that nothing else has: those that a proposal was about wait for its rule."""
    going = list(uploads.values_list("pk", "file_id"))
    if not going:
        return
    rows = [pk for pk, _ in going]
    files = {file for _, file in going}
    files |= set(MarkedCopy.objects.filter(upload__in=rows).values_list("file_id", flat=True))
    ImportUpload.objects.filter(pk__in=rows).delete()
    proposed = StoredFile.objects.filter(sha256__in=Asked.objects.filter(kind=IMPORT).values("subject"))
    discard(files - set(proposed.filter(pk__in=files).values_list("pk", flat=True)))
