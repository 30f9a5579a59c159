"""The steps of a quarter as people take them on the pages, and the calendar that goes along with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from baohou.day import engine
from baohou.guarantee.models import Visit
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.browser.conftest import DESK, PHONE, Sit
from tests.browser.steps import answer, photo, ready, sign, unsound
from tests.cast import FOOD, PAPER, STEEL, Cast
from tests.clock import set_today
from tests.desk.reading import department_id

SITE = "实地查看生产场所、盘点实物、查看有关账务"
SHANGHAI = ZoneInfo("Asia/Shanghai")
FILE = (
    ("合同号", "借款人", "统一代码", "部门", "A角", "B角", "担保金额", "起始日", "到期日"),
    ("BH-2026-001", "东方钢铁有限公司", STEEL, "业务一部", "李乙", "张甲", "5000000", "2026-06-29", "2027-06-28"),
    ("BH-2026-002", "南山纸业有限公司", PAPER, "业务一部", "张甲", "李乙", "800000", "2026-06-30", "2027-06-29"),
    ("BH-2026-003", "湖滨食品有限公司", FOOD, "业务二部", "吴外", "", "1200000", "2026-06-29", "2027-06-28"),
)
"""What the bank's list of 2026-07-01 says: three clients with one guarantee each."""


@dataclass
class Quarter:
    """Who sits where, on which day: nobody's device knows another day than the house does."""

    cast: Cast
    seats: Sit
    patch: pytest.MonkeyPatch
    today: date = date(2026, 7, 1)
    faults: list[str] = field(default_factory=list)
    _pages: dict[tuple[int, bool], Page] = field(default_factory=dict)

    def on(self, month: int, day: int) -> None:
        """The calendar has come to a day of 2026."""
        self.today = date(2026, month, day)
        set_today(self.patch, self.today)
        for page in self._pages.values():
            page.clock.set_fixed_time(self._noon())

    def sit(self, staff: Staff, *, phone: bool = False) -> Page:
        """The page of someone at the desk or on the phone, logged in once."""
        place = (staff.pk, phone)
        if place not in self._pages:
            self._pages[place] = self.seats(staff, PHONE if phone else DESK, self._noon(), offline=phone)
        return self._pages[place]

    def look(self, page: Page) -> None:
        """Note what is wrong with a page: wider than its screen, or closed to somebody."""
        self.faults += unsound(page)

    def _noon(self) -> datetime:
        return datetime.combine(self.today, time(12), SHANGHAI)


def client(id_no: str) -> Party:
    return Party.objects.get(id_no=id_no)


def address(room: str, quarter: str, department: str = "业务一部") -> str:
    """Where a department's quarter is in a room."""
    return f"/{room}/{quarter}/{department_id(department)}/"


def take_portfolio(quarter: Quarter, folder: Path) -> None:
    """郑辛 uploads the list, says which column is what, and takes it in."""
    file = folder / "bank.csv"
    file.write_text("\n".join(",".join(row) for row in FILE) + "\n")
    page = quarter.sit(quarter.cast.admin)
    page.goto("/imports/")
    page.get_by_label("内容").select_option("在保项目")
    page.get_by_label("文件", exact=False).first.set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url("**/columns/")
    for field_, column in (("项目编号", "合同号"), ("客户名称", "借款人"), ("证件号码", "统一代码")):
        page.get_by_role("combobox", name=field_, exact=True).select_option(column)
    quarter.look(page)
    page.get_by_role("button", name="按这样读并检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("没有差错，可以导入")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已导入")


def wake_up(quarter: Quarter, month: int, day: int) -> None:
    """The calendar comes to a day, which the server has run by itself in the morning."""
    quarter.on(month, day)
    engine.run(on=quarter.today)


def run_day(quarter: Quarter, month: int, day: int) -> None:
    """The calendar comes to a day, and 郑辛 has the business days run up to it."""
    quarter.on(month, day)
    page = quarter.sit(quarter.cast.admin)
    page.goto("/runs/")
    page.get_by_role("button", name="运行到今天").click()
    page.wait_for_url("**/runs/")
    expect(page.locator("main")).to_contain_text(f"{quarter.today}")


def fill_visit(page: Page, words: str, picture: bytes | None = None) -> None:
    """What was found on site, with a photo (a small one unless given) and the client's signature on the glass."""
    page.get_by_label(SITE, exact=True).check()
    page.get_by_label(f"{SITE}：了解到的情况").fill("库存与账面相符")
    answer(page)
    page.get_by_label("回访结论").fill(words)
    page.locator("input[capture]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture or photo((640, 480))}
    )
    expect(page.locator("[data-shots] img")).to_have_count(1)
    sign(page)
    page.get_by_label("签字人姓名").fill("王总")


def open_visit(page: Page, id_no: str, kind: str) -> None:
    """The form of a visit, about the client's only guarantee when it is a routine one."""
    party = client(id_no)
    about = f"&guarantee={party.guarantees.get().pk}" if kind == "routine" else ""
    page.goto(f"/clients/{party.pk}/visit/?kind={kind}{about}")
    ready(page)


def visit(quarter: Quarter, staff: Staff, id_no: str, kind: str, words: str) -> Visit:
    """Someone writes a visit of today down at the desk."""
    page = quarter.sit(staff)
    open_visit(page, id_no, kind)
    fill_visit(page, words)
    page.get_by_role("button", name="记下这次回访").click()
    page.wait_for_url(re.compile(r"/visits/\d+/$"))
    return Visit.objects.get(pk=int(page.url.rstrip("/").rsplit("/", 1)[1]))


def sign_table(page: Page, quarter: str) -> None:
    """The department manager signs the classification table and hands it in."""
    page.goto(address("grading", quarter) + "sign/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="签字并上报").click()
    expect(page.locator("main")).to_contain_text("已上报，等待接收")


def grade(page: Page, name: str, key: str, because: str) -> None:
    """Grade a client by keys alone: the row, the number of the grade, the reason."""
    page.locator("tr[data-grade-row]", has_text=name).focus()
    page.keyboard.press(key)
    expect(page.locator("tr[data-grade-row]", has_text=name).locator("[data-because]")).to_be_focused()
    page.keyboard.type(because)
    page.keyboard.press("Enter")


def file_measure(quarter: Quarter, page: Page, words: str) -> None:
    """钱丙 writes down what was conferred on, and what 李乙 does about it by the end of November."""
    page.get_by_label("处置措施").fill(words)
    page.get_by_label("填报日期").fill(f"{quarter.today}")
    page.get_by_label("要办的事").first.fill("每周核对回款")
    page.get_by_label("负责人").first.select_option("李乙")
    page.get_by_label("完成期限").first.fill("2026-11-30")
    page.get_by_role("button", name="填报").click()
    page.wait_for_url("**/grading/**")
