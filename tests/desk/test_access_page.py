"""docs/access.md says what the program does."""

from __future__ import annotations

from pathlib import Path

from baohou.config.access_page import write_page
from baohou.config.command import baohou

PAGE = Path(__file__).parent.parent.parent / "docs" / "access.md"


def test_the_page_is_what_the_policy_says() -> None:
    """Whoever changes the policy, an address or a command writes the page anew: baohou access > docs/access.md."""
    assert PAGE.read_text("utf-8") == write_page(baohou)
