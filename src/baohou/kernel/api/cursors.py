"""Lists page by page: a place in a list, signed, so that it opens only the list it came from."""

from __future__ import annotations

from typing import Final

from django.core import signing
from django.http import HttpRequest

from baohou.core.errors import Refused
from baohou.core.sayings import say

MOST: Final = 200
USUAL: Final = 50
_NOT_OF_THE_LIST: Final = ("cursor", "limit")


class BadCursor(Refused):
    """A cursor that was not given out for this list."""

    def __init__(self) -> None:
        message = say("cursor 不是这张清单给出的（地址、筛选条件须与取它时相同）；请从第一页重新取。")
        super().__init__("api.cursor", message, where="cursor")


def opened(request: HttpRequest, cursor: str) -> str:
    """The place that a cursor holds; empty for the first page."""
    if not cursor:
        return ""
    try:
        place = signing.Signer(salt=_salt(request)).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as wrong:
        raise BadCursor from wrong
    return str(place)


def sealed(request: HttpRequest, place: str | int | None) -> str | None:
    """The cursor of a place behind which the next page begins; None when there is none."""
    if not place:
        return None
    return signing.Signer(salt=_salt(request)).sign_object(str(place))


def _salt(request: HttpRequest) -> str:
    asked = sorted((name, values) for name, values in request.GET.lists() if name not in _NOT_OF_THE_LIST)
    return f"api.cursor {request.path} {asked}"
