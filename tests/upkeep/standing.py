"""What stands, in the database and beside it, when a write has failed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import Image

Rows = dict[str, list[tuple[str, ...]]]
"""By the label of its model, every row of a table: what each cell says."""


def all_rows(*, but: tuple[str, ...] = ()) -> Rows:
    """Every row of every table of ours."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in but]
    return {model._meta.label: sorted(tuple(map(repr, row)) for row in model.objects.values_list()) for model in models}


@contextmanager
def as_outermost() -> Iterator[None]:
    """What is done within fails as if no transaction of a test were around it: its own outermost one is undone whole."""
    depth, enter = len(connection.savepoint_ids), transaction.Atomic.__enter__

    def begin(block: transaction.Atomic) -> None:
        block.savepoint = block.savepoint or len(connection.savepoint_ids) == depth
        enter(block)

    @contextmanager
    def marked(using: str | None = None) -> Iterator[None]:
        try:
            yield
        except Exception:
            if len(connection.savepoint_ids) > depth:
                transaction.set_rollback(True)
            raise

    with (
        mock.patch.object(transaction.Atomic, "__enter__", begin),
        mock.patch.object(transaction, "mark_for_rollback_on_error", marked),
    ):
        yield


def all_files() -> dict[str, str]:
    """What lies beside the database: a kept file by its name and the digest of its bytes."""
    from hashlib import sha256

    root = Path(settings.VAR) / "files"
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in root.rglob("*") if path.is_file()}


def picture(shade: int) -> SimpleUploadedFile:
    """A picture that is not of one colour, so that it can be a signature."""
    image, out = Image.new("RGB", (24, 18), (shade, 90, 90)), io.BytesIO()
    image.putpixel((3, 4), (255, 255, 255))
    image.save(out, "PNG")
    return SimpleUploadedFile("p.png", out.getvalue())
