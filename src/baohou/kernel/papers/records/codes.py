"""Sealed papers by the code that is printed on them: what anybody who holds one may know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records.checking import Checked, check

_NAMED = re.compile("“.*”")
_CODE = re.compile(r"[0-9A-Z]{15}")


@dataclass(frozen=True)
class CheckedPaper:
    """A seal as it was checked; ``faults`` name nobody and nothing that stands on the paper."""

    checked: Checked
    faults: list[str]
    addenda: int


def tidy_code(typed: str) -> str:
    """A code as it stands on paper, however it was typed; empty when it is none."""
    letters = re.sub(r"[\s\-－—_.]", "", typed).upper()
    return "-".join(letters[at : at + 5] for at in (0, 5, 10)) if _CODE.fullmatch(letters) else ""


def check_code(code: str) -> CheckedPaper | None:
    """Whether the paper of a code is still what was sealed; None when there is none."""
    seal = Seal.objects.filter(code=code).first()
    if seal is None:
        return None
    checked = check(seal)
    faults = list(dict.fromkeys(_NAMED.sub("", fault) for fault in checked.faults))
    return CheckedPaper(checked, faults, seal.addenda.count())
