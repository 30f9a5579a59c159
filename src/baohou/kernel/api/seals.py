"""Checking a sealed paper by its code, as the page does: both are open to whoever holds one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Path

from baohou.kernel.api.operations import Room
from baohou.kernel.api.schemas import Out
from baohou.kernel.papers.records import check_code, tidy_code
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

room = Room("封存核验", of={"code": Thing.SEAL}, personal=False)


class CheckedOut(Out):
    """Whether a paper is still what was sealed, and which part of it is not; nothing about anybody.

    ``let_go``: its time was over and what it said was destroyed, so that only the digest is left to compare.
    """

    code: str
    title: str
    sealed_at: datetime
    sha256: str
    intact: bool
    let_go: bool
    faults: list[str]
    addenda: int


@room.opens("/seals/{code}", CheckedOut, because="持有纸件的人核对封存编号，不显示任何人的信息")
def one(request: HttpRequest, code: Annotated[str, Path(max_length=64)]) -> CheckedOut:
    """按封存编号核对一份纸件有没有改动；不用令牌，同网页 /check/。"""
    found = check_code(tidy_code(code))
    if found is None:
        raise Http404
    seal = found.checked.seal
    return CheckedOut(
        code=seal.code,
        title=in_words(found.checked.title),
        sealed_at=seal.sealed_at,
        sha256=seal.sha256,
        intact=found.checked.intact,
        let_go=found.checked.let_go,
        faults=[in_words(one) for one in found.checked.unnamed],
        addenda=found.addenda,
    )
