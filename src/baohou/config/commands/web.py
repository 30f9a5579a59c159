"""`baohou web`: the pages and the API alone, as many processes as wanted, on any number of machines."""

from __future__ import annotations

import os
import sys

import click

from baohou.config.accounts import Effect, typed
from baohou.config.commands.serve import HOST, collect_static, server_command
from baohou.core.errors import Refused


@click.command()
@click.option("--host", default=HOST, show_default=True, help="监听的地址；前面要有提供 HTTPS 的反向代理。")
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="进程数，一般与 CPU 核数相同。")
@click.option("--threads", default=4, show_default=True, help="每个进程同时办几个请求。")
@typed(Effect.KEEPS)
def web(host: str, port: int, workers: int, threads: int) -> None:
    """只提供网页和接口：不升级数据库、不跑日终、不发通知；供正式部署。"""
    from baohou.upkeep.metrics import counting_together
    from baohou.upkeep.state import lacking_migrations

    if lacking := lacking_migrations():
        raise Refused(
            "web.not_migrated", "数据库还缺 %(lacking)s 步升级，请先运行 baohou migrate。", lacking=len(lacking)
        )
    collect_static()
    command = [*server_command(host=host, port=port, workers=workers, threads=threads), "--respawn-failed-workers"]
    sys.stdout.flush()
    os.execve(command[0], command, counting_together(port=port, workers=workers))  # noqa: S606  (whoever minds this process is to mind the server itself)


commands = [web]
