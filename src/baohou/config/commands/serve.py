"""`baohou serve`: brings the database up to date, shows the demo when asked, serves, and lets each new day begin."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.utils import timezone

from baohou.config.accounts import Effect, typed
from baohou.config.commands.migrate import migrate
from baohou.core.errors import Refused
from baohou.upkeep.metrics import counting_together

HOST = "127.0.0.1"
DEMO_PASSWORD = "baohou-demo"  # noqa: S105  (shown to everyone, for made-up people only)
SECONDS_BETWEEN_LOOKS = 20
LOOKS_BEFORE_ANOTHER_TRY = 30
SECONDS_TO_START = 60


def _baohou(*arguments: str, quiet: bool = False) -> None:
    """Run another command of the house in a process of its own; refused when it fails."""
    command = Path(sys.executable).with_name("baohou")
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run([command, *arguments], check=False, stdout=out)  # noqa: S603
    if done.returncode:
        raise Refused("serve.command", "命令没有办成：baohou %(arguments)s（见上文）。", arguments=" ".join(arguments))


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as taken:
            raise Refused(
                "serve.port_taken",
                "端口 %(port)s 已被占用：也许已经在运行。换一个：script/server --port %(other)s\n"
                "Port %(port)s is taken; perhaps Baohou runs already. Try: script/server --port %(other)s",
                port=port,
                other=port + 1,
            ) from taken


def _load_demo(clients: int) -> None:
    """Make the demo portfolio for today, import it, and open its quarter, unless anyone is on the staff already."""
    from baohou.config.demo import open_quarter
    from baohou.kernel.people.logins import make_logins
    from baohou.kernel.people.models import Staff

    if Staff.objects.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "portfolio.xlsx"
        today = timezone.localdate()
        told = ("--clients", str(clients), "--seed", "1", "--on", today.isoformat(), "--open")
        _baohou("sample", *told, "--out", str(book), quiet=True)
        _baohou("import", "workbook", str(book))
    make_logins(DEMO_PASSWORD)  # who could check what others ask for has a log-in
    open_quarter(on=today)


def collect_static() -> None:
    """Gather and compress static files, unless those gathered before come from the same ones."""
    digest = sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    gathered = settings.STATIC_ROOT / "gathered-from"
    if not gathered.exists() or gathered.read_text() != digest.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0)
        gathered.write_text(digest.hexdigest())


def _show_logins() -> None:
    from baohou.kernel.people.logins import make_logins
    from baohou.kernel.people.postings import add_demo_auditor

    add_demo_auditor(on=timezone.localdate())
    click.echo(f"演示用户（密码都是 {DEMO_PASSWORD}）· demo users (one password for all: {DEMO_PASSWORD})")
    for login in make_logins(DEMO_PASSWORD):
        click.echo(f"  {login.username}  {login.name}  {login.post.label}")


def server_command(*, host: str, port: int, workers: int, threads: int = 4) -> list[str]:
    """The web server as a command: so many processes, each with so many requests at once."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "warning"),
        "baohou.config.wsgi:application",
    ]


@contextlib.contextmanager
def _server(port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """The web server as a child, the head of a group of its own; they all end with us."""
    command = server_command(host=HOST, port=port, workers=workers)
    together = counting_together(port=port, workers=workers)
    child = subprocess.Popen(command, env=together, start_new_session=True)  # noqa: S603
    try:
        yield child
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


@contextlib.contextmanager
def _sender() -> Iterator[None]:
    """The worker that sends notices, beside the web server; it ends with us."""
    command = Path(sys.executable).with_name("baohou")
    child = subprocess.Popen([command, "send", "--stay"], start_new_session=True)  # noqa: S603
    try:
        yield
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _stop(*_: object) -> NoReturn:
    """Being told to end is as good as Ctrl+C: the server must not outlive us."""
    raise KeyboardInterrupt


def _wait_until_it_answers(child: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(SECONDS_TO_START * 4):
        if child.poll() is not None:
            break
        try:
            urlopen(f"http://{HOST}:{port}/", timeout=30).close()
        except HTTPError:
            return
        except URLError:
            time.sleep(0.25)
        else:
            return
    raise Refused("serve.no_answer", "服务没有起来（见上文）。")


def _run_day() -> date | None:
    """Run the day: today when it went through; None when it did not, which must not keep the pages away."""
    today = timezone.localdate()
    try:
        _baohou("day")
    except Refused as refusal:
        click.echo(refusal.message, err=True)
        return None
    return today


def _keep(child: subprocess.Popen[bytes], begun: date | None, *, still: bool) -> None:
    """Stay while the server lives; run the day when the date has changed. One that failed is tried again later."""
    looks = 0
    while child.poll() is None:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        looks += 1
        if still:
            continue
        if begun != timezone.localdate() and (begun is not None or looks % LOOKS_BEFORE_ANOTHER_TRY == 0):
            begun = _run_day()
    raise Refused("serve.ended", "服务停了（见上文）。")


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True)
@click.option("--demo", is_flag=True, help="空库先装入演示数据，并列出演示用户。")
@click.option("--clients", default=300, show_default=True, help="演示客户数。")
@click.option("--still", is_flag=True, help="不跑日终：停在库里的业务日。")
@typed(Effect.KEEPS)
def serve(port: int, workers: int, demo: bool, clients: int, still: bool) -> None:
    """升级数据库、跑日终并在 127.0.0.1 上提供网页；日期变了自动跑日终。"""
    _check_port(port)
    click.get_current_context().invoke(migrate)
    if demo:
        _load_demo(clients)
    collect_static()
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(KeyboardInterrupt), _sender(), _server(port, workers) as child:
        begun = None if still else _run_day()
        _wait_until_it_answers(child, port)
        click.echo(f"\n保后 · Baohou  http://{HOST}:{port}/   （Ctrl+C 停止 · stops it）")
        if demo:
            _show_logins()
        _keep(child, begun, still=still)


commands = [serve]
