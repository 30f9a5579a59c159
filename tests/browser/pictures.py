"""The pictures that README and the documents show: whose page each is, what is opened on it, and how it is kept small."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from baohou.guarantee.models import Visit
from baohou.kernel.people.models import Post
from tests.browser.conftest import DESK, PHONE

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "img"
MOST_BYTES = 120_000
_COLOURS = 192
_NAMED = re.compile(r"\bimg/([\w-]+)\.png")


def _as_it_is(page: Page) -> None:
    """Nothing is opened."""


def _why_it_is_late(page: Page) -> None:
    """The tree under the routine visit that is late."""
    late = page.locator("tr[data-row]").filter(has_text="例行回访").filter(has_text="逾期").last
    late.get_by_role("button", name="为什么").click()
    expect(page.get_by_role("region", name="为什么")).to_contain_text("条款")
    page.mouse.move(0, 0)


def _sealed_report(page: Page) -> None:
    """The last report that a firm signed on the glass, where it is signed and sealed."""
    signed = Visit.objects.filter(submission__isnull=False, client__name__endswith="公司")
    page.goto(f"/visits/{signed.order_by('-visited_on', 'pk')[0].pk}/")
    expect(page.locator(".signed")).to_be_visible()
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")


@dataclass(frozen=True)
class Picture:
    """A page as the holder of a post sees it."""

    name: str
    by: Post
    address: str
    screen: dict[str, int]
    open: Callable[[Page], None] = _as_it_is


PICTURES = (
    Picture("my-work", Post.DEPARTMENT_MANAGER, "/", DESK, _why_it_is_late),
    Picture("grading", Post.DEPARTMENT_MANAGER, "/grading/", DESK),
    Picture("visit-report", Post.RISK_SUPERVISOR, "/", PHONE, _sealed_report),
    Picture("my-work-phone", Post.PROJECT_MANAGER, "/", PHONE),
    Picture("overview", Post.GENERAL_MANAGER, "/overview/", DESK),
)


def take(page: Page, picture: Picture, folder: Path) -> Path:
    """Take a picture and keep it with few colours, which screens of plain surfaces hardly need more of."""
    page.goto(picture.address)
    picture.open(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    with Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))) as shot:
        small = shot.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    path = folder / f"{picture.name}.png"
    small.save(path, optimize=True)
    return path


def named_in_documents() -> dict[str, str]:
    """The pictures that README and the documents name, and a document that does."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {name: document.name for document in documents for name in _NAMED.findall(document.read_text("utf-8"))}
