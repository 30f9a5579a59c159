"""The archive: a compressed tar that can be written and read as it goes, sealed when a key is given.

Its first member says what it is, its last what it holds; tables are cut into pieces, since a tar says a member's size
before the member. An archive that is not sealed is an ordinary .tar.gz.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, cast

from baohou.upkeep.copies.secrecy import MAGIC, Damaged, Opener, Sealer, Secret

FORMAT: Final = 1
HEAD: Final = "baohou.json"
CONTENTS: Final = "contents.json"
_GZIP: Final = b"\x1f\x8b"
_LEVEL: Final = 4
_LARGEST_MEMBER: Final = 256 * 1024 * 1024


@dataclass
class Contents:
    """What an archive holds: for each table rows, digest and the next key; files by SHA-256; what could not be copied.

    ``digest`` is over the names and bytes of all members before this one.
    """

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: int = 0
    faults: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


class Writer:
    """Writes members one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self._digest = tar, hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        _take_note(self._digest, name, content)
        self._add(name, content)

    def end(self, contents: Contents) -> None:
        """Write the last member."""
        contents.digest = self._digest.hexdigest()
        self._add(CONTENTS, json.dumps(vars(contents), ensure_ascii=False, indent=1).encode())

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


@contextmanager
def writing(below: IO[bytes], secret: Secret | None) -> Iterator[Writer]:
    """Write an archive into an open file; it is whole when this ends without a fault."""
    sealer = Sealer(below, secret) if secret else None
    with (
        gzip.GzipFile("", "wb", _LEVEL, cast(Any, sealer or below), mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar)
    if sealer:
        sealer.finish()


@dataclass
class Reader:
    """Reads an archive from its first member to its last; Damaged where it is not as it was written.

    ``head`` is there from the beginning, ``contents`` once every member has been read.
    """

    head: dict[str, Any]
    _members: Iterator[tuple[str, bytes]]
    contents: Contents | None = None

    def members(self) -> Iterator[tuple[str, bytes]]:
        """Tables' pieces and files, by name; then ``contents`` is set."""
        digest = hashlib.sha256()
        _take_note(digest, HEAD, _dumped(self.head))
        for name, content in self._members:
            if name == CONTENTS:
                self.contents = _contents(content)
                if self.contents.digest != digest.hexdigest():
                    raise Damaged("内容与清单不符")
                if next(self._members, None) is not None:
                    raise Damaged("清单之后还有内容")
                return
            _take_note(digest, name, content)
            yield name, content
        raise Damaged("被截断：没有清单")


@contextmanager
def reading(path: Path, secret: Secret | None) -> Iterator[Reader]:
    """Open an archive. Refused when it is none, is sealed and the key is lacking or wrong, or is of a newer format."""
    with path.open("rb") as below:
        start = below.read(len(MAGIC))
        if start == MAGIC:
            opened: IO[bytes] = cast(IO[bytes], io.BufferedReader(Opener(below, secret), 1024 * 1024))
        elif start.startswith(_GZIP):
            below.seek(0)
            opened = below
        else:
            raise Damaged("不是保后的备份")
        members = _each(opened)
        name, content = next(members, ("", b""))
        if name != HEAD:
            raise Damaged("不是保后的备份")
        try:
            head = json.loads(content)
        except ValueError as fault:
            raise Damaged("开头读不懂") from fault
        yield Reader(head, members)


def head_bytes(head: dict[str, Any]) -> bytes:
    """The first member."""
    return _dumped(head)


def _each(opened: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    try:
        with gzip.GzipFile(fileobj=opened, mode="rb") as loose, tarfile.open(fileobj=loose, mode="r|") as tar:
            for member in tar:
                if not member.isfile() or member.size > _LARGEST_MEMBER:
                    raise Damaged(f"不该有的内容 {member.name[:60]}")
                file = tar.extractfile(member)
                assert file is not None
                yield member.name, file.read()
            while loose.read(1024 * 1024):
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise Damaged("读不下去") from fault


def _contents(content: bytes) -> Contents:
    try:
        return Contents(**json.loads(content))
    except (ValueError, TypeError) as fault:
        raise Damaged("清单读不懂") from fault


def _dumped(head: dict[str, Any]) -> bytes:
    return json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _take_note(digest: Any, name: str, content: bytes) -> None:
    digest.update(f"{name} {len(content)}\n".encode() + content)
