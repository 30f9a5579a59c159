"""Files sent and not yet taken: kept under var/ for a day, known only to the session that sent them."""

from __future__ import annotations

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404

from baohou.kernel.people.doors import Asked

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Upload:
    """A file that waits: what it is, and the token that names it in addresses."""

    token: str
    kind: str
    name: str
    path: Path


def keep(request: Asked, *, kind: str, file: UploadedFile[Any]) -> Upload:
    """Keep an uploaded file until it is taken, and forget those that waited too long."""
    _forget_old()
    name = Path(str(file.name)).name or "upload"
    upload = Upload(secrets.token_urlsafe(16), kind, name, Path())
    path = _folder() / upload.token / f"file{Path(name).suffix.lower()}"
    path.parent.mkdir(mode=0o700)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    request.session["uploads"] = {
        **request.session.get("uploads", {}),
        upload.token: {"kind": kind, "name": name, "path": str(path)},
    }
    return Upload(upload.token, kind, name, path)


def find(request: Asked, token: str) -> Upload:
    """The file that this session sent under a token; not found (404) when it is another's or has been forgotten."""
    known = request.session.get("uploads", {}).get(token)
    if known is None or not Path(known["path"]).exists():
        raise Http404
    return Upload(token, known["kind"], known["name"], Path(known["path"]))


def forget(request: Asked, upload: Upload) -> None:
    """Throw a file away, because it has been taken or is not wanted."""
    request.session["uploads"] = {
        t: kept for t, kept in request.session.get("uploads", {}).items() if t != upload.token
    }
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def _folder() -> Path:
    folder: Path = settings.VAR / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _forget_old() -> None:
    for kept in _folder().iterdir():
        if time.time() - kept.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(kept, ignore_errors=True)
