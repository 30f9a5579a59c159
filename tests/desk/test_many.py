"""Of very many it is said that there are at least so many, and believed for some minutes; few are counted each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from baohou.guarantee.queries.pages.many import at_least


@pytest.mark.pure
def test_only_what_reaches_the_most_is_believed() -> None:
    counts: Iterator[int] = iter([3, 2, 5, 1, 4])
    asked = ("duties", 1)
    assert [at_least(asked, 5, lambda: next(counts)) for _ in range(5)] == [3, 2, 5, 5, 5]
    assert at_least(("duties", 2), 5, lambda: next(counts)) == 1
    assert at_least(asked, 6, lambda: next(counts)) == 4
