"""`baohou sample`: writes a made-up company as a workbook that `baohou import workbook` takes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from django.utils import timezone

from baohou.config.accounts import Effect, typed
from baohou.guarantee.imports.sample import write_sample


@click.command()
@click.option("--clients", type=click.IntRange(1, 100_000), default=300, show_default=True, help="客户数")
@click.option("--seed", type=int, default=1, show_default=True, help="同样的种子得到同样的样例")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="样例讲到哪一天为止；不写就是今天")
@click.option("--open", "still_open", is_flag=True, help="最近结束的一季各部门都还没有报送，留着在页面上办")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个 .xlsx 文件")
@typed(Effect.READS)
def sample(clients: int, seed: int, on: datetime | None, still_open: bool, out: Path) -> None:
    """编一家担保公司的样例：员工、在保项目、分类、回访、安排、上报，写成一本工作簿。

    参数相同，文件逐字节相同；姓名、公司和号码都是编的。
    """
    day = on.date() if on else timezone.localdate()
    write_sample(clients=clients, seed=seed, on=day, path=out, still_open=still_open)
    click.echo(f"{out}：{clients} 个客户。导入：baohou import workbook {out}")


commands: list[click.Command] = [sample]
