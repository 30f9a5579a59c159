"""What is wrong with a field of a request, in our own words: which field, what is allowed, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from baohou.core.sayings import Said, say

SENTENCES: Final[Mapping[str, str]] = {
    "missing": "没有填写，请填上。",
    "extra_forbidden": "没有这个字段，请核对拼写。",
    "model_type": "应当是一个 JSON 对象（{…}），请核对内容的写法。",
    "model_attributes_type": "应当是一个 JSON 对象（{…}），请核对内容的写法。",
    "dict_type": "应当是一个 JSON 对象（{…}），请核对内容的写法。",
    "list_type": "应当是一个 JSON 数组（[…]），请核对内容的写法。",
    "string_type": "应当是文字，请用引号括起来。",
    "string_unicode": "应当是 UTF-8 的文字，请核对编码。",
    "int_type": "应当是整数，请写数字。",
    "int_parsing": "应当是整数，请写数字。",
    "int_parsing_size": "数字太大，请核对。",
    "int_from_float": "应当是整数，请去掉小数。",
    "decimal_type": "应当是数字，请核对。",
    "decimal_parsing": "应当是数字，请核对。",
    "finite_number": "应当是有限的数字，请核对。",
    "bool_type": "应当是 true 或 false。",
    "bool_parsing": "应当是 true 或 false。",
    "date_type": "日期写作 2026-09-30，请核对。",
    "date_parsing": "没有这一天，或写法不对；日期写作 2026-09-30。",
    "date_from_datetime_parsing": "没有这一天，或写法不对；日期写作 2026-09-30。",
    "date_from_datetime_inexact": "应当是日期，不带时刻；日期写作 2026-09-30。",
    "datetime_type": "时刻写作 2026-09-30T08:30:00+08:00，请核对。",
    "datetime_parsing": "时刻写作 2026-09-30T08:30:00+08:00，请核对。",
    "datetime_from_date_parsing": "时刻写作 2026-09-30T08:30:00+08:00，请核对。",
    "datetime_object_invalid": "时刻写作 2026-09-30T08:30:00+08:00，请核对。",
    "uuid_type": "应当是 UUID，如 0f8fad5b-d9cb-469f-a165-70867728950e。",
    "uuid_parsing": "应当是 UUID，如 0f8fad5b-d9cb-469f-a165-70867728950e。",
    "string_pattern_mismatch": "写法不对，请照接口说明里这个字段的样子写。",
}
"""By pydantic's names of what can be wrong."""
VALUED: Final[Mapping[str, Callable[[Mapping[str, Any]], Said]]] = {
    "literal_error": lambda told: say("只能是：%(expected)s。请从中选一个。", expected=_choices(told["expected"])),
    "string_too_long": lambda told: say("最多写 %(max_length)s 个字，请缩短。", max_length=told["max_length"]),
    "too_short": lambda told: say("至少要有 %(min_length)s 项，请补充。", min_length=told["min_length"]),
    "too_long": lambda told: say("最多 %(max_length)s 项，请分几次办。", max_length=told["max_length"]),
    "decimal_max_digits": lambda told: say("最多 %(max_digits)s 位数字，请去掉多余的。", max_digits=told["max_digits"]),
    "decimal_max_places": lambda told: say(
        "最多 %(decimal_places)s 位小数，请去掉多余的。", decimal_places=told["decimal_places"]
    ),
    "decimal_whole_digits": lambda told: say(
        "小数点前最多 %(whole_digits)s 位数字，请核对。", whole_digits=told["whole_digits"]
    ),
    "greater_than_equal": lambda told: say("不能小于 %(ge)s，请改大。", ge=told["ge"]),
    "less_than_equal": lambda told: say("不能大于 %(le)s，请改小。", le=told["le"]),
}
"""Those that name what is allowed: pydantic's values."""
PATTERNS: Final[Mapping[str, str]] = {
    r"^(19[5-9]\d|20\d\d|21[0-4]\d)Q[1-4]$": "季度写作 2026Q3，请核对。",
    r"^(19[5-9]\d|20\d\d|21[0-4]\d)-(0[1-9]|1[0-2])$": "月份写作 2026-09，请核对。",
    r"^([01]\d|2[0-3]):[0-5]\d$": "时间写作 08:30，请核对。",
    r"^[0-9a-f]{64}$": "应当是 SHA-256 摘要：64 位小写的十六进制数。",
}
"""How a text is written that must match a pattern."""
A_FILE: Final = "应当是一个文件；请用 multipart/form-data 发送。"
OTHERWISE: Final = "写法不对，请照接口说明里这个字段的样子写。"
_PARTS: Final = ("body", "query", "form", "file")
_OURS: Final = "Value error, "


def where_of(fault: Mapping[str, Any]) -> str:
    """The field of a fault as a caller named it: ``dates.0``; empty for the whole of what was sent."""
    place = [str(part) for part in fault.get("loc", ())]
    return ".".join(place[2:] if len(place) > 2 and place[0] in _PARTS else place[1:])


def fault_said(fault: Mapping[str, Any], names: Mapping[str, str]) -> Said:
    """A fault as pydantic tells it, as one sentence; ``names`` are people's words for fields."""
    where = where_of(fault)
    inner = next((part for part in reversed(where.split(".")) if not part.isdigit()), "")
    place = say("%(title)s（%(name)s）", title=say(names[inner]), name=where) if inner in names else where
    return say("%(place)s：%(said)s", place=place or say("请求"), said=_what_is_wrong(fault))


def _what_is_wrong(fault: Mapping[str, Any]) -> Said:
    kind, told = str(fault.get("type", "")), fault.get("ctx", {})
    if kind == "value_error":
        ours = str(fault.get("msg", "")).removeprefix(_OURS)
        return say(ours) if not ours.isascii() else say(A_FILE if fault["loc"][:1] == ("file",) else OTHERWISE)
    if kind == "string_pattern_mismatch" and told.get("pattern") in PATTERNS:
        return say(PATTERNS[told["pattern"]])
    return VALUED[kind](told) if kind in VALUED else say(SENTENCES.get(kind, OTHERWISE))


def _choices(expected: str) -> Said | str:
    """What may be chosen, from pydantic's ``'good', 'normal' or 'risk'``; nothing chosen is said in words."""
    every: Sequence[str] = re.findall(r"'([^']*)'", expected)
    listed = " / ".join(one for one in every if one)
    return say("%(listed)s，或者不填", listed=listed) if "" in every else listed
