"""The list of OWASP ASVS 5.0 in docs names every point of levels 1 and 2 once, and counts right."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "asvs.md").read_text("utf-8")
POINTS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 "
    "5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 "
    "8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 "
    "12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 "
    "16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
"""Sections with how many of their points are of level 1 or 2; in each these are the first ones."""


def test_every_point_is_answered_once_and_the_counts_are_right() -> None:
    wanted = []
    for part in POINTS.split():
        section, _, many = part.partition(":")
        wanted += [f"{section}.{number}" for number in range(1, int(many) + 1)]
    answered = re.findall(r"^\| (\d+\.\d+\.\d+) \| [^|]+ \| (满足|部分|未满足) \| [^|]+ \|$", PAGE, re.M)
    apart = PAGE.partition("## 不适用")[2].partition("## 密码学")[0]
    left_out = re.findall(r"\d+\.\d+\.\d+", apart)
    assert len(wanted) == 253
    assert sorted([number for number, _ in answered] + left_out) == sorted(wanted)
    counted = Counter(state for _, state in answered)
    said = f"满足 {counted['满足']}，部分 {counted['部分']}，未满足 {counted['未满足']}，不适用 {len(left_out)}"
    assert said in PAGE
