"""Sealing a stream with a key: AES-256-GCM in numbered pieces, so that nothing can be altered, moved or cut off.

A sealed file is a line that says what it is, a line of JSON that says how its key is derived, 32 bytes by which the
right key is known, and the pieces. Each file has a key of its own, derived from the secret and a random salt; a piece's
nonce is its number and whether it is the last.
"""

from __future__ import annotations

import hmac
import io
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from baohou.core.errors import Refused
from baohou.core.sayings import say

MAGIC: Final = b"baohou sealed copy 1\n"
_PIECE: Final = 256 * 1024
_TAG: Final = 16
_LONGEST_HEAD: Final = 1024
_SCRYPT: Final = {"n": 2**17, "r": 8, "p": 1}
"""128 MB of memory and about half a second for each try at a passphrase."""
_SHORTEST: Final = 12
_KEY_LINE: Final = "baohou-key-1:"


class Damaged(Refused):
    """An archive that is not as it was written."""

    def __init__(self, what: str) -> None:
        message = say(
            "备份已损坏或被改动（%(what)s），没有恢复任何内容。请换一份备份；之前的备份可用 --check 逐份核对。",
            what=what,
        )
        super().__init__("upkeep.damaged", message)


@dataclass(frozen=True)
class Secret:
    """What opens a sealed copy: a key file's 32 random bytes, or a passphrase that people remember."""

    value: bytes
    is_passphrase: bool


def make_key(path: Path) -> None:
    """Write a new key into a file that only its owner may read. Refused when there is a file already."""
    line = _KEY_LINE + b64encode(secrets.token_bytes(32)).decode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        message = say("“%(path)s”已经存在，没有覆盖：用它加密过的备份只有它能解开。请换一个名字。", path=path)
        raise Refused("upkeep.key_exists", message) from there
    with os.fdopen(handle, "w") as file:
        file.write(f"{line}\n")


def read_key(path: Path) -> Secret:
    """The key in a file that make_key wrote. Refused when it is none."""
    try:
        line = path.read_text(encoding="ascii").strip()
        value = b64decode(line.removeprefix(_KEY_LINE), validate=True)
    except (OSError, ValueError) as fault:
        raise Refused("upkeep.key_unreadable", "读不出密钥文件“%(path)s”，请检查路径和权限。", path=path) from fault
    if not line.startswith(_KEY_LINE) or len(value) != 32:
        raise Refused("upkeep.no_key", "“%(path)s”不是密钥文件。用 baohou backup-key 文件 生成一个。", path=path)
    return Secret(value, is_passphrase=False)


def as_secret(passphrase: str) -> Secret:
    """A passphrase as a secret. Refused when it is too short to keep anybody out."""
    if len(passphrase) < _SHORTEST:
        raise Refused("upkeep.short_passphrase", "口令太短，至少 %(shortest)s 个字。", shortest=_SHORTEST)
    return Secret(passphrase.encode(), is_passphrase=True)


def _keys(secret: Secret, head: dict[str, Any]) -> tuple[bytes, bytes]:
    """The key of one file, and the bytes that show that it is the right one."""
    salt, material = b64decode(head["salt"]), secret.value
    if secret.is_passphrase:
        material = Scrypt(salt=salt, length=32, n=head["n"], r=head["r"], p=head["p"]).derive(material)
    both = HKDF(SHA256(), length=64, salt=salt, info=MAGIC + json.dumps(head, sort_keys=True).encode()).derive(material)
    return both[:32], both[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Sealer(io.RawIOBase):
    """Takes what is written, and writes it sealed; close() writes the last piece and leaves the file below open."""

    def __init__(self, below: IO[bytes], secret: Secret) -> None:
        head: dict[str, Any] = {"by": "passphrase" if secret.is_passphrase else "key"}
        head["salt"] = b64encode(secrets.token_bytes(32)).decode()
        if secret.is_passphrase:
            head |= _SCRYPT
        key, proof = _keys(secret, head)
        self._below, self._cipher, self._number, self._held = below, AESGCM(key), 0, bytearray()
        below.write(MAGIC + json.dumps(head, sort_keys=True).encode() + b"\n" + proof)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) > _PIECE:
            self._write(bytes(self._held[:_PIECE]), last=False)
            del self._held[:_PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece; without it the file is refused as cut off."""
        self._write(bytes(self._held), last=True)
        self._held.clear()

    def _write(self, piece: bytes, *, last: bool) -> None:
        self._below.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class Opener(io.RawIOBase):
    """Reads a sealed file as what was sealed. Refused with the wrong key; Damaged where a piece is not as it was."""

    def __init__(self, below: IO[bytes], secret: Secret | None) -> None:
        """``below`` stands behind MAGIC."""
        line = below.readline(_LONGEST_HEAD)
        proof = below.read(32)
        try:
            head = json.loads(line)
            by_passphrase = {"key": False, "passphrase": True}[head["by"]]
            if by_passphrase and {name: head[name] for name in _SCRYPT} != _SCRYPT:
                raise ValueError
        except (ValueError, KeyError, TypeError) as fault:
            raise Damaged("开头读不懂") from fault
        if secret is None or secret.is_passphrase != by_passphrase:
            how = "口令：加上 --passphrase" if by_passphrase else "密钥文件：加上 --key 密钥文件"
            raise Refused("upkeep.sealed", "这份备份是加密的，打开要用%(how)s。", how=how)
        try:
            key, known = _keys(secret, head)
        except (ValueError, KeyError, TypeError) as fault:
            raise Damaged("开头读不懂") from fault
        if not hmac.compare_digest(known, proof):
            which = "口令" if by_passphrase else "密钥"
            raise Refused(
                "upkeep.wrong_key", "%(which)s不对（或备份的开头被改动），请用做这份备份时的%(which)s。", which=which
            )
        self._below, self._cipher, self._number = below, AESGCM(key), 0
        self._ahead, self._held = below.read(_PIECE + _TAG), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._held:
            self._held = self._next()
        taken = min(len(buffer), len(self._held))
        buffer[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        return taken

    def _next(self) -> bytes:
        if not self._ahead:
            if self._number == 0:
                raise Damaged("被截断")
            return b""
        piece, self._ahead = self._ahead, self._below.read(_PIECE + _TAG)
        try:
            opened = self._cipher.decrypt(_nonce(self._number, last=not self._ahead), piece, None)
        except InvalidTag as fault:
            raise Damaged(f"第 {self._number + 1} 段") from fault
        self._number += 1
        return opened
