"""What became of rows that are there no more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from baohou.kernel.audit.models import Change

_AT_ONCE: Final = 500


def get_names_of_removed(*, table: str, ids: Collection[int]) -> dict[int, str]:
    """The business keys of removed rows by the number they had; ``table`` is a label (guarantee.Guarantee)."""
    names: dict[int, str] = {}
    numbers = sorted(ids)
    for start in range(0, len(numbers), _AT_ONCE):
        piece = numbers[start : start + _AT_ONCE]
        removed = Change.objects.filter(table=table, after__isnull=True, before__id__in=piece)
        names.update(removed.values_list("before__id", "key"))
    return names
