"""Acts as a workbook: plain text in every cell, never a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.desk.audit_words import DOORS, name_of
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.books import open_book

_WIDTHS = (10, 20, 10, 10, 22, 24, 10, 16, 12, 24, 40, 60)
_LONGEST = 32_000


def write_acts(acts: Iterable[Act], *, names: Mapping[str, str], out: Any) -> int:
    """Write acts as they come, a row each; how many."""
    book = open_book(out)
    sheet = book.add_worksheet(_("留痕"))
    heads = (
        *(_("编号"), _("时间"), _("工号"), _("姓名"), _("做了什么"), _("代码"), _("途径")),
        *(_("来自"), _("请求号"), _("浏览器或账户"), _("为什么"), _("内容")),
    )
    bold = book.add_format({"bold": True})
    for column, (head, width) in enumerate(zip(heads, _WIDTHS, strict=True)):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, act in enumerate(acts, 1):
        sheet.write_number(number, 0, act.pk)
        for column, value in enumerate(_told(act, names), 1):
            sheet.write_string(number, column, value[:_LONGEST])
    book.close()
    return number


def _told(act: Act, names: Mapping[str, str]) -> list[str]:
    facts = json.dumps(act.facts, ensure_ascii=False) if act.facts else ""
    at = f"{timezone.localtime(act.at):%Y-%m-%d %H:%M:%S}"
    who = (act.by, names.get(act.by, ""))
    said = (str(name_of(act.verb)), act.verb, str(DOORS.get(act.door, act.door)))
    return [at, *who, *said, act.ip, act.request, act.agent, act.because, facts]
