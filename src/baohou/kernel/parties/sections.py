"""Reading a client's industry from a cell."""

from __future__ import annotations

import re
from typing import Final

from baohou.core.sayings import say
from baohou.kernel.papers.reading import Cell, Unreadable, read_text
from baohou.kernel.parties.industries import Industry

_CODE: Final = re.compile(r"([A-Ta-t])[0-9]{0,4}")
_MARKS: Final = re.compile(r"[\s、，,（）()]")
_BY_NAME: Final = {_MARKS.sub("", industry.label): industry for industry in Industry}


def read_industry(cell: Cell) -> int:
    """The section that a cell names by its letter (C), a code beginning with it (C26, C2661), or its name (制造业).

    Unreadable when it names none.
    """
    text = read_text(cell)
    if found := _CODE.fullmatch(text):
        return Industry[found[1].upper()].value
    bare = _MARKS.sub("", text)
    known = _BY_NAME.get(bare) or _BY_NAME.get(bare[1:])
    if known is None:
        raise Unreadable(say("不是 GB/T 4754 的行业门类：请填字母 A 至 T（如 C）或门类名称（如 制造业），不清楚就留空"))
    return known.value
