"""What docs/api.md shows is what happens: each of its commands is run against a server."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.conftest import CallAs
from tests.cast import Portfolio

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE, re.S)


@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_page_work(evening: Portfolio, call_as: CallAs, live_server: LiveServer) -> None:
    """钱丙 types what the page says, one example after the other."""
    given = {
        "PATH": os.environ["PATH"],
        "BAOHOU": live_server.url,
        "TOKEN": call_as(evening.cast.manager).token,
        "CLIENT": str(evening.steel.pk),
    }
    assert len(EXAMPLES) >= 5
    for example in EXAMPLES:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", example], env=given, capture_output=True, text=True)
        assert done.returncode == 0, f"{example}\n{done.stdout}\n{done.stderr}"


def test_the_page_names_every_resource() -> None:
    """The first part of every path of the description stands on the page."""
    from baohou.config.api import api

    parts = {path.removeprefix("/api/v1/").split("/")[0].split("{")[0] for path in api.get_openapi_schema()["paths"]}
    lacking = {part for part in parts if f"/{part}" not in PAGE}
    assert lacking <= {"handover-receipts", "volume-rule"}, lacking
