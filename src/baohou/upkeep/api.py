"""How the installation stands, and closing it for changes, for the administrator."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import In, Out, Text
from baohou.kernel.people.access import Right
from baohou.kernel.watch.lines import parts
from baohou.kernel.watch.readonly import why_read_only
from baohou.upkeep.closing import close, open_again

room = Room("运维", personal=False)


class LineOut(Out):
    """One thing to look at; ``state`` is empty, good, watch or late, ``advice`` what to do when it is not well."""

    code: str
    part: str
    title: str
    value: str
    state: str
    advice: str


class ReadOnlyOut(Out):
    """Why no changes are taken; empty when they are."""

    because: str


class CloseIn(In):
    """Why; everybody reads it on every page."""

    because: Annotated[Text, Field(max_length=200)]


@room.reads("/system", list[LineOut], right=Right.ADMINISTER)
def system(request: Call) -> list[LineOut]:
    """系统状态：日终、后台工作、发件箱、备份、磁盘、版本。"""
    return [
        LineOut(
            code=line.code,
            part=str(part.title),
            title=str(line.title),
            value=str(line.value),
            state=line.state.value,
            advice=str(line.advice),
        )
        for part in parts()
        for line in part.tell()
    ]


@room.writes("/system/read-only", ReadOnlyOut, right=Right.ADMINISTER, method="PUT")
def shut(request: Call, body: CloseIn) -> ReadOnlyOut:
    """切换到只读。"""
    return ReadOnlyOut(because=close(because=body.because, actor=request.person.actor, door=DOOR).because)


@room.writes("/system/read-only", ReadOnlyOut, right=Right.ADMINISTER, method="DELETE")
def reopen(request: Call) -> ReadOnlyOut:
    """解除只读。"""
    open_again(actor=request.person.actor, door=DOOR)
    return ReadOnlyOut(because=why_read_only())
