"""The kinds of volume that rooms open: what they are called, and how their numbers begin unless the archive decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VolumeKind:
    """A kind of volume; ``prefix`` begins its numbers until a VolumeRule says otherwise."""

    code: str
    title: str
    prefix: str


_KINDS: dict[str, VolumeKind] = {}


def register(kind: VolumeKind) -> None:
    """Make a kind of volume known; called by a room's AppConfig.ready()."""
    _KINDS[kind.code] = kind


def get(code: str) -> VolumeKind:
    """The kind of a code; KeyError when no room has registered it."""
    return _KINDS[code]
