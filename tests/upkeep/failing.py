"""Failing the n-th write of whatever is done, into the database or of a kept file, and telling all that stands."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from PIL import Image

from baohou.kernel.columns import writing
from baohou.kernel.papers.records import places

_WRITES: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE|COPY|REPLACE|WITH)\b", re.IGNORECASE)


class Failing:
    """Counts writes, and fails the one it was made for (0: none): the database is gone, or the disk is full."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def write(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise OperationalError("server closed the connection unexpectedly")

    def statement(self, execute: Any, sql: str, *others: Any) -> Any:
        if _WRITES.match(sql):
            self.write()
        return execute(sql, *others)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*arguments: Any, **named: Any) -> Any:
            self.write()
            return function(*arguments, **named)

        return failing

    def sync(self, handle: int) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)

    @contextmanager
    def database(self) -> Iterator[None]:
        """While this lasts writes into the database are counted."""
        with (
            connection.execute_wrapper(self.statement),
            mock.patch.object(writing, "_many", self.around(writing._many)),
            mock.patch.object(writing, "_copy", self.around(writing._copy)),
        ):
            yield

    @contextmanager
    def files(self) -> Iterator[None]:
        """While this lasts files that are kept are counted."""
        with mock.patch.object(places, "os", mock.Mock(wraps=os, fsync=self.sync)):
            yield


def all_rows(*, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in but]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


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
