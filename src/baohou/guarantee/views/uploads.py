"""Files sent and not yet taken: kept under var/ for a day, each under a token that nobody can guess."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from baohou.kernel.papers.inspecting import TABLES, inspect

KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Upload:
    """A file that waits: what it is, and the token that names it in addresses."""

    token: str
    kind: str
    name: str
    path: Path

    @property
    def mapping(self) -> Path | None:
        """The mapping file that it is read by; None without one."""
        return self._mapping if self._mapping.exists() else None

    @property
    def told(self) -> dict[str, Any]:
        """What there is to say of it, by name."""
        names = {"token": self.token, "kind": self.kind, "name": self.name}
        return names | {"path": self.path, "mapping": self.mapping}

    def map_by(self, text: str) -> None:
        """Read it by this mapping from now on."""
        self._mapping.write_text(text, encoding="utf-8")

    @property
    def _mapping(self) -> Path:
        return self.path.with_name("mapping.toml")


def keep(*, kind: str, file: UploadedFile[Any]) -> Upload:
    """Keep an uploaded file until it is taken, and forget old ones. Refused as ``inspect`` refuses."""
    _forget_old()
    name = Path(str(file.name)).name or "upload"
    found = inspect(cast(BinaryIO, file), name=name, wanted=TABLES)
    token = secrets.token_urlsafe(24)
    path = _folder() / token / f"file.{found.value}"
    path.parent.mkdir(mode=0o700)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    about = {"kind": kind, "name": name, "file": path.name}
    path.with_name("about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    return Upload(token, kind, name, path)


def find(token: str) -> Upload | None:
    """The file under a token; None when there is none, or it has been taken or forgotten."""
    about = _folder() / token / "about.json"
    if not _TOKEN.fullmatch(token) or not about.exists():
        return None
    kept = json.loads(about.read_text(encoding="utf-8"))
    return Upload(token, kept["kind"], kept["name"], about.with_name(kept["file"]))


def _folder() -> Path:
    folder: Path = settings.VAR / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _forget_old() -> None:
    for kept in _folder().iterdir():
        if time.time() - kept.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(kept, ignore_errors=True)
