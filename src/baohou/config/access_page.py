"""docs/access.md, written from the policy, the addresses and the commands, so that it says what the program does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from baohou.config.accounts import effect_of, every_command
from baohou.config.addresses import every_address, every_page
from baohou.config.api import api
from baohou.kernel.people.doors import Door
from baohou.kernel.people.models import Post
from baohou.kernel.people.policy import POLICY, REACH, READS_ONLY, Reach, Right, Rule, Thing

_WITHIN: Final = {Reach.OWN: "本人A/B角", Reach.DEPARTMENT: "本部门", Reach.ALL: "全公司"}
_HEAD: Final = """# 谁能看什么、做什么

本页由 `baohou access` 按程序里的规定写出，请勿手改；`tests/desk/test_access_page.py` 核对两者一致。规定只有一处：
`src/baohou/kernel/people/policy.py`。每个地址（`tests/desk/access.txt`）和接口的每项操作（`tests/api/access.txt`）
对每种人的准与不准都已列出，由测试逐格走过。

- 没有登录的人先登录；在业务日没有任职的人，每页都只告知没有岗位（403）。
- 没有某项权限的岗位，一律拒绝（403）；有权限但对象不在范围内，一律答“没有这一页”（404），不透露它存在。
- 代办人按自己的岗位和权限办事，只是范围加上被代办人的；责任人不变。代办人的岗位须有被代办人岗位的全部权限。
- 审计员可以读每一页，什么都不能改。
- 没有写明规定的地址：启动检查报错，请求一律拒绝。
"""


def write_page(commands: click.Group) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_reaches(), *_rights(), *_things(), *_addresses(), *_operations(), *_commands(commands)])


def _reaches() -> Iterator[str]:
    yield "## 各岗位的范围\n"
    yield "| 岗位 | 看得到 |\n|---|---|"
    for post, reach in REACH.items():
        yield f"| {post.label} | {_WITHIN[reach]}{'，只读' if post in READS_ONLY else ''} |"
    yield f"| {Post.LEFT.label} | 不能登录 |\n"


def _rights() -> Iterator[str]:
    yield "## 各岗位的权限\n"
    yield "格内是行使的范围，空格是没有。“代办”一列：代办人能否对只属于被代办人的对象行使。\n"
    yield "| 权限 | " + " | ".join(post.label for post in REACH) + " | 代办 | 另须 |"
    yield "|---" * (len(REACH) + 3) + "|"
    for rule in POLICY:
        cells = [_WITHIN[rule.posts[post]] if post in rule.posts else "" for post in REACH]
        yield f"| {rule.what} | " + " | ".join(cells) + f" | {_deputy(rule)} | {rule.but} |"
    yield ""


def _deputy(rule: Rule) -> str:
    """Who reaches everything already gains nothing by standing in for somebody."""
    if set(rule.posts.values()) == {Reach.ALL}:
        return "不需"
    return "可以" if rule.deputy else "不可"


def _things() -> Iterator[str]:
    yield "## 各种对象由谁看得到\n"
    yield "地址里指明的对象都经由这里的规定取得，取不到就是 404。\n"
    yield "| 对象 | 看得到的人 |\n|---|---|"
    for thing in Thing:
        name, _, who = thing.value.partition("：")
        yield f"| {name} | {who} |"
    yield ""


def _addresses() -> Iterator[str]:
    what = {rule.right: rule for rule in POLICY}
    yield "## 各地址要求什么\n"
    yield "| 地址 | 要求 | 对象 |\n|---|---|---|"
    for address in every_page():
        yield f"| `{address.written}` | {_asked(address.door, what)} | {_named(address.door)} |"
    yield ""


def _operations() -> Iterator[str]:
    what = {rule.right: rule for rule in POLICY}
    doors = {address.name.removeprefix("api:"): address.door for address in every_address()}
    yield "## 接口的各项操作要求什么\n"
    yield (
        "令牌代表一位员工，或一个按某岗位登记的系统；权限是那个岗位的，再限于令牌上勾选的。"
        "对象经由与页面相同的规定取得。\n"
    )
    yield "| 操作 | 要求 | 对象 |\n|---|---|---|"
    for path, verbs in api.get_openapi_schema()["paths"].items():
        for verb, operation in verbs.items():
            asks = doors[operation["operationId"]]
            yield f"| {verb.upper()} `{path}` | {_asked(asks, what)} | {_named(asks)} |"
    yield ""


def _asked(asks: Door | None, what: dict[Right, Rule]) -> str:
    if asks is None:
        return "没有规定，一律拒绝"
    if asks.open_because:
        return f"任何人：{asks.open_because}"
    return what[asks.right].what if asks.right else "在职"


def _named(asks: Door | None) -> str:
    return "、".join(thing.value.partition("：")[0] for thing in (asks.of if asks else ()))


def _commands(group: click.Group) -> Iterator[str]:
    yield "## 命令\n"
    yield (
        "命令由服务器上运行本系统的操作系统账号执行：谁能以该账号登录服务器，谁就能执行全部命令；能读写数据库文件或其口令的人，"
        "本来就什么都能做。所以命令不问岗位，也不让人自报是谁：命令改了数据，同样记入操作记录，途径为 `command`，"
        "写明账号和机器。因此该账号只给系统管理员，不共用。不能使用数据文件夹的账号一律拒绝；"
        "没有写明规定的命令不能执行。`tests/config/access.txt` 逐条列出每种人执行的结果，由测试走过。\n"
    )
    yield "| 命令 | 做什么 | 要求 |\n|---|---|---|"
    for name, command in sorted(every_command(group)):
        effect = effect_of(command)
        asked = effect.value if effect else "没有规定，一律拒绝"
        yield f"| `baohou {name}` | {(command.help or '').strip().splitlines()[0]} | {asked} |"
    yield ""
