"""baohou send: sends what waits in the outbox, once or as a worker that stays."""

from __future__ import annotations

import signal
import time
from typing import Final

import click
from django.db import OperationalError, close_old_connections

from baohou.config.accounts import Effect, typed
from baohou.kernel.hooks.services import delete_old
from baohou.kernel.outbox.worker import Passed, send_waiting

SECONDS_BETWEEN: Final = 5


class _Ending:
    """Whether somebody asked the worker to end: the message at hand is sent and marked first."""

    def __init__(self) -> None:
        self.asked = False
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


@click.command()
@click.option("--stay", is_flag=True, help="不退出，每隔几秒看一次有没有要发的。")
@typed(Effect.KEEPS)
def send(stay: bool) -> None:
    """发送发件箱里到时间的消息：邮件、群机器人、短信、给外部系统的推送。"""
    if not stay:
        _tell(send_waiting())
        delete_old()
        return
    ending = _Ending()
    while not ending():
        try:
            passed = send_waiting(stop=ending)
            delete_old()
        except OperationalError as fault:
            click.echo(f"数据库暂时用不了，过一会儿再试。（{str(fault).splitlines()[0]}）", err=True)
        else:
            if passed != Passed():
                _tell(passed)
        close_old_connections()
        for _ in range(SECONDS_BETWEEN * 4):
            if ending():
                break
            time.sleep(0.25)


def _tell(passed: Passed) -> None:
    click.echo(f"发出 {passed.sent} 条，未成功将重试 {passed.failed} 条，停发 {passed.given_up} 条。")


commands: list[click.Command] = [send]
