"""Taking a file of any kind, or a workbook with a sheet for each: the one door for the command and for pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.utils import timezone

from baohou.core.errors import Refused
from baohou.day.queries import get_business_day
from baohou.guarantee.imports.filings import FilingsFile
from baohou.guarantee.imports.grades import GradesFile
from baohou.guarantee.imports.managers import ManagersFile
from baohou.guarantee.imports.orders import OrdersFile
from baohou.guarantee.imports.portfolio import PortfolioFile
from baohou.guarantee.imports.visits import VisitsFile
from baohou.kernel.papers.reading import Mapping, Reading, load_mapping, open_sheets, read_sheet, read_table
from baohou.kernel.papers.reading.cells import tidy
from baohou.kernel.papers.reading.table import OPENING
from baohou.kernel.papers.reading.telling import Tell, tell_nobody
from baohou.kernel.papers.taking import Noun, Outcome, Source, Wish, take_parts
from baohou.kernel.people.imports import StaffFile

KINDS: dict[str, type[Noun]] = {
    noun.kind: noun
    for noun in (StaffFile, PortfolioFile, ManagersFile, GradesFile, VisitsFile, OrdersFile, FilingsFile)
}
"""The kinds of file, in the order in which a workbook's sheets are taken: each names only what came before it."""

WORKBOOK = "workbook"


def take(
    *,
    kind: str,
    path: Path,
    mapping: Path | None = None,
    dry_run: bool = False,
    update: bool = False,
    remove: bool = False,
    partial: bool = False,
    because: str = "",
    by: str = "",
    door: str = "command",
    name: str | None = None,
    today: date | None = None,
    tell: Tell = tell_nobody,
) -> Outcome:
    """Take a file whole or not at all, in one transaction, and tell what came of it.

    ``update`` takes other values under known keys; ``remove`` reads the file as keys to remove, for the reason
    ``because``; ``partial`` takes the good rows; ``dry_run`` takes nothing. ``by`` is the actor's staff number,
    ``name`` the file's own name when ``path`` is a copy; ``tell`` hears how far it is. Refused when the file or the
    mapping can't be opened.
    """
    source = Source(path, name or path.name, load_mapping(path=mapping) if mapping else Mapping())
    wish = Wish(
        dry_run=dry_run,
        update=update,
        remove=remove,
        partial=partial,
        because=because,
        by=by,
        door=door,
        today=today or _today(),
    )
    wish.check()
    if kind == WORKBOOK:
        parts = _read_workbook(source, remove, tell)
    else:
        noun = KINDS[kind]
        columns = noun.key_columns() if remove else noun.columns
        names = (noun.kind, noun.title)
        parts = [(noun, read_table(path=path, columns=columns, mapping=source.mapping, names=names, tell=tell))]
    return take_parts(source=source, wish=wish, parts=parts, tell=tell)


def _today() -> date:
    """Today, or the business day when that has run ahead of the clock."""
    return max(timezone.localdate(), get_business_day() or date.min)


def _read_workbook(source: Source, remove: bool, tell: Tell) -> list[tuple[type[Noun], Reading]]:
    tell(OPENING, 0, 0)
    sheets = {tidy(sheet.name).lower(): sheet for sheet in open_sheets(path=source.path)}
    parts = []
    for noun in KINDS.values():
        sheet = sheets.get(noun.kind) or sheets.get(noun.title)
        if sheet is not None:
            columns = noun.key_columns() if remove else noun.columns
            parts.append((noun, read_sheet(sheet=sheet, columns=columns, tell=tell)))
    if not parts:
        known = "、".join(f"{noun.title}（{noun.kind}）" for noun in KINDS.values())
        raise Refused(
            "guarantee.imports.no_sheet", "没有可导入的工作表；工作表应名为 %(known)s", where=source.name, known=known
        )
    return parts[::-1] if remove else parts
