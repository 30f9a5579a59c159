"""A process for a job: it outlives the web server's worker that started it."""

from __future__ import annotations

import subprocess
import sys

from baohou.day.jobs.beats import log_of

COMMAND = "baohou.config.command"


def launch(pk: int) -> None:
    """Start a process that does the job; what it says when it breaks goes into var/jobs/PK.log."""
    with log_of(pk).open("wb") as log:
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", COMMAND, "job", str(pk)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
