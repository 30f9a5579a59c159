"""Small steps that several stories in the browser take: a photo, a signature on the glass, a look by axe."""

from __future__ import annotations

import io
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect


def photo(size: tuple[int, int] = (2400, 1800)) -> bytes:
    """A photo, larger than what is kept of it unless told otherwise."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def ready(page: Page) -> None:
    """The form of a visit has taken its draft up."""
    page.locator("form[data-ready=yes]").wait_for()


def is_kept_here(page: Page) -> None:
    """The device says that it has the draft as the page shows it now."""
    page.locator("[data-kept-said]").evaluate(
        "said => { said.textContent = ''; said.closest('form').dispatchEvent(new Event('input')); }"
    )
    expect(page.locator("[data-kept-said]")).to_contain_text("已存在这台设备上")


def comes_true(page: Page, so: Callable[[], bool]) -> None:
    """What a page has sent and waits for no answer of is done in a while."""
    for _ in range(600):
        if so():
            return
        page.wait_for_timeout(100)
    assert so()


def still(page: Page, place: Locator) -> None:
    """Wait until a place on the page stays as it is."""
    before = ""
    while (now := str(place.evaluate("one => one.outerHTML + JSON.stringify(one.getBoundingClientRect())"))) != before:
        before = now
        page.wait_for_timeout(300)


def answer(page: Page) -> None:
    """Every matter that the form asks and that is still open is answered with one touch: nothing has changed."""
    open_ = page.locator(".quick:visible")
    while open_.count():
        open_.first.get_by_role("button").first.click()


def until(page: Page, condition: str) -> None:
    """Wait until the page meets a condition; Playwright's own way reads it anew each time, which our policy forbids."""
    page.evaluate(
        "new Promise(done => {"
        f" const look = () => ({condition}) ? done() : requestAnimationFrame(look); look()"
        "}).then(() => true)"
    )


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


def tick_received(page: Page, count: int) -> None:
    """On the page of a hand-over: tick all reports as received, and go to sign for them, the shelf filled in."""
    page.get_by_label("本页全选").check()
    expect(page.locator("[data-ticked]")).to_have_text(f"{count}")
    page.get_by_role("button", name="点收所选").click()
    page.get_by_role("link", name="签收归档").click()
    page.get_by_label("柜号").fill("3号柜")


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out, once the page that was asked for is there as a whole."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def excess(page: Page) -> int:
    """How many pixels a page is wider than its screen. A click returns before the page it leads to has a body: wait."""
    page.wait_for_load_state()
    return max(0, int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth")))


def unsound(page: Page) -> list[str]:
    """What is wrong with a page: wider than its screen, or closed to somebody."""
    over = excess(page)
    wide = [f"{page.url} {over}px"] if over else []
    return wide + [f"{page.url} {one}" for one in serious(page)]
