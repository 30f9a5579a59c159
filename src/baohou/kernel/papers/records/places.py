"""Where the bytes of kept files lie: in a folder of this machine, or in any storage that Django knows (settings)."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

_ALIAS: Final = "papers"


class Folder(FileSystemStorage):
    """var/files of this machine; a file is there whole or not at all, whatever happens while it is written."""

    def path(self, name: str) -> str:
        return str(Path(settings.VAR) / "files" / name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: it is the digest of the content, so that what has that name already is the same."""
        return name

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name


def put(sha256: str, content: bytes) -> None:
    """Keep bytes under their digest; those that are there already are not written again."""
    name, place = _name(sha256), _place()
    if place.exists(name) and place.size(name) == len(content):
        return
    place.save(name, ContentFile(content))


def open_file(sha256: str) -> IO[bytes]:
    """The bytes of a file, to be read. FileNotFoundError when they are lost."""
    try:
        return (
            BytesIO(_place().open(_name(sha256)).read())
            if _is_far()
            else cast("IO[bytes]", _place().open(_name(sha256)).file)
        )
    except OSError as fault:
        raise FileNotFoundError(sha256) from fault


def read_file(sha256: str) -> bytes:
    """All the bytes of a file. FileNotFoundError when they are lost."""
    with open_file(sha256) as file:
        return file.read()


def discard(sha256: str) -> None:
    """Forget the bytes of a file that nothing refers to any more; nothing happens when they are gone."""
    _place().delete(_name(sha256))


def path_of(sha256: str) -> Path:
    """Where the bytes lie when they lie in a folder of this machine."""
    return Path(Folder().path(_name(sha256)))


def _place() -> Storage:
    return storages[_ALIAS]


def _is_far() -> bool:
    return not isinstance(_place(), FileSystemStorage)


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
