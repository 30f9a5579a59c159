"""Sealed papers by the code that is printed on them: what anybody who holds one may know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records.checking import Checked, check

_CODE = re.compile(r"[0-9A-Z]{15}")


@dataclass(frozen=True)
class CheckedPaper:
    """A seal as it was checked, and how many corrections were added to its paper."""

    checked: Checked
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
    return CheckedPaper(check(seal), seal.addenda.count())
