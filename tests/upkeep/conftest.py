"""A company at work in an installation of its own, and room for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from baohou.guarantee.imports.sample import write_sample
from tests.upkeep.installations import SERVER, Installation, drop, make_installation, twin

TODAY = date(2026, 10, 20)
ENGINES = ("sqlite", "postgresql") if SERVER else ("sqlite",)
FILES = """
import sys, django
django.setup()
from django.db import transaction
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import records
with transaction.atomic():
    act = record_act(verb="try.files", door="command")
    for n in range(5):
        kept = records.keep(b"%PDF-" + str(n).encode() * 1000 + b" startxref %%EOF", name=f"{n}.pdf")
        records.attach(kind="visit", subject_id=n, file=kept.file, name=f"{n}.pdf", act=act)
"""
Make = Callable[..., Installation]
"""Makes an installation: ``make("sqlite")`` an empty one, migrated; ``make(like=another)`` its twin."""


@dataclass(frozen=True)
class Company:
    """An installation that tests leave as it is, a copy of it, and a migrated one without any data."""

    home: Installation
    archive: str
    bare: Installation

    @property
    def engine(self) -> str:
        return "postgresql" if self.home.database else "sqlite"


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Installation]]:
    """On each kind of database an installation that was migrated and holds nothing."""
    made = {engine: make_installation(tmp_path_factory.mktemp(engine) / "var", engine) for engine in ENGINES}
    for one in made.values():
        one.baohou("migrate")
    yield made
    for one in made.values():
        drop(one)


@pytest.fixture
def make(tmp_path: Path, bare: dict[str, Installation]) -> Iterator[Make]:
    made: list[Installation] = []

    def make(engine: str = "", like: Installation | None = None) -> Installation:
        made.append(twin(like or bare[engine], tmp_path / f"installation-{len(made)}"))
        return made[-1]

    yield make
    for one in made:
        drop(one)


@pytest.fixture(scope="session")
def companies(
    tmp_path_factory: pytest.TempPathFactory, bare: dict[str, Installation]
) -> Iterator[Callable[[str], Company]]:
    """A company on a kind of database; made when it is first asked for."""
    made: dict[str, Company] = {}

    def company(engine: str) -> Company:
        if engine not in made:
            made[engine] = _make_company(tmp_path_factory.mktemp("company"), bare[engine])
        return made[engine]

    yield company
    for one in made.values():
        drop(one.home)


@pytest.fixture
def company(companies: Callable[[str], Company]) -> Company:
    """The company of the database that these tests run on."""
    return companies(ENGINES[-1])


def _make_company(folder: Path, empty: Installation) -> Company:
    """Forty made-up clients with their duties and penalties, and five kept files."""
    home = twin(empty, folder / "var")
    write_sample(clients=40, seed=1, on=TODAY, path=folder / "book.xlsx")
    home.baohou("import", "workbook", str(folder / "book.xlsx"))
    home.baohou("day", "--on", TODAY.isoformat())
    home.python(FILES)
    said = home.baohou("backup", str(folder / "a.backup"))
    assert "读回核对无误" in said
    return Company(home, str(folder / "a.backup"), empty)
