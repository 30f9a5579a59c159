"""Small steps that several stories in the browser take: a photo, a signature on the glass, a look by axe."""

from __future__ import annotations

import io

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page


def photo(size: tuple[int, int] = (2400, 1800)) -> bytes:
    """A photo, larger than what is kept of it unless told otherwise."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def ready(page: Page) -> None:
    """The form of a visit has taken its draft up."""
    page.locator("form[data-ready=yes]").wait_for()


def sign(page: Page) -> None:
    """Draw on the glass, as with a finger."""
    glass = page.locator("[data-sign] canvas")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 15, box["y"] + 60 + (step % 3) * 30)
    page.mouse.up()


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]
