"""The pictures of README and the documents: each is made from the demonstration, and none stands there that is not.

script/pictures has them written to docs/img.
"""

from __future__ import annotations

import os
import subprocess
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from baohou.config.demo import open_quarter
from baohou.guarantee.imports import take
from baohou.guarantee.imports.sample import write_sample
from baohou.kernel.people.logins import make_logins
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.rulebook.services import load_shipped
from tests.browser import pictures
from tests.browser.conftest import PASSWORD, Sit
from tests.browser.pictures import FOLDER, MOST_BYTES, PICTURES

ON = date(2026, 11, 24)
"""The day the pictures tell of, so that they are the same whenever they are made."""
CLIENTS = 300


def test_the_documents_name_no_picture_that_is_not_made() -> None:
    """README names one that script/pictures does not make, or one is made that nobody looks at."""
    made = {picture.name for picture in PICTURES}
    assert {name: where for name, where in pictures.named_in_documents().items() if name not in made} == {}
    assert made - set(pictures.named_in_documents()) == set()


def test_the_folder_holds_them_and_nothing_else() -> None:
    """Nobody copies pictures by hand, and none is large."""
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{picture.name}.png" for picture in PICTURES)
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > MOST_BYTES] == []


@pytest.fixture
def demo(live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Post, Staff]:
    """The demonstration on that day at ten, and who holds each post."""
    ten = datetime.combine(ON, time(10), ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(timezone, "localdate", lambda value=None, tz=None: value.date() if value else ON)
    monkeypatch.setattr(timezone, "now", lambda: ten)
    load_shipped(door="command")
    book = tmp_path / "portfolio.xlsx"
    write_sample(clients=CLIENTS, seed=1, on=ON, path=book, still_open=True)
    assert take(kind="workbook", path=book).acceptable
    open_quarter(on=ON)
    return {one.post: Staff.objects.get(staff_no=one.username) for one in make_logins(PASSWORD)}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_picture_is_made(demo: dict[Post, Staff], seats: Sit, tmp_path: Path) -> None:
    """With BAOHOU_IMG=folder they are kept there. Chinese is written in a font that has it."""
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=True).stdout
    assert fonts, "no font has Chinese: install fonts-noto-cjk"
    folder = Path(os.environ.get("BAOHOU_IMG") or tmp_path)
    pages: dict[tuple[Post, int], Page] = {}
    for picture in PICTURES:
        seat = (picture.by, picture.screen["width"])
        if seat not in pages:
            pages[seat] = seats(demo[picture.by], picture.screen, timezone.now())
        path = pictures.take(pages[seat], picture, folder)
        with Image.open(path) as made:
            assert made.size == (picture.screen["width"], picture.screen["height"])
        assert path.stat().st_size <= MOST_BYTES, picture.name
