"""The kinds of notice that the rooms have registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice. An urgent one is sent in quiet hours, too, and by SMS unless the person says otherwise."""

    code: str
    title: str
    urgent: bool = False


DIGEST: Final = NoticeKind("digest", "晨报：到期和逾期事项")
DEPUTY_NAMED: Final = NoticeKind("deputy.named", "请我代办")
CHECK_WAITS: Final = NoticeKind("approval.waiting", "有事等我复核")
CHECKED: Final = NoticeKind("approval.answered", "我提请的事有了结果")

_KINDS: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> NoticeKind:
    """Make a kind known; called by AppConfig.ready()."""
    return _KINDS.setdefault(kind.code, kind)


def get(code: str) -> NoticeKind:
    """The kind of a code; KeyError when nobody has registered it."""
    return _KINDS[code]


def every() -> list[NoticeKind]:
    """All kinds, the digest first, then by their codes."""
    return sorted(_KINDS.values(), key=lambda kind: (kind is not DIGEST, kind.code))
