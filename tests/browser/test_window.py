"""The first window in a real browser: log in, see what is owed and why, do it, and see it gone."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from baohou.guarantee.models import GradeChange
from baohou.kernel.accountability.models import Entry
from baohou.kernel.people.models import Department
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import answer, excess
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_rejects_a_wrong_password(evening: Portfolio, sit: Sit) -> None:
    """张甲 mistypes the password after logging out: one sentence says what to do."""
    page = sit(evening.cast.a)
    page.locator(".side").get_by_role("button", name="退出").click()
    page.get_by_label("工号").fill("A01")
    page.get_by_label("密码").fill("不对")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")


@pytest.mark.clause("PGM.2")
def test_my_work_says_why(evening: Portfolio, sit: Sit) -> None:
    """李乙's home: what is owed on 2026-10-20; 为什么 opens the tree in place, and closes it again."""
    page = sit(evening.cast.b)
    expect(page.get_by_role("heading", level=1)).to_contain_text("今天欠")
    row = page.locator("tr[data-row]", has_text="BH-2026-002")
    row.get_by_role("button", name="为什么").click()
    tree = page.get_by_role("region", name="为什么")
    expect(tree).to_contain_text("PGM.3")
    expect(tree).to_contain_text("2026-07-06")
    tree.get_by_role("button", name="收起").click()
    expect(tree).to_have_count(0)


@pytest.mark.clause("PGM.3", "PGM.3a", "PGM.6")
def test_a_visit_recorded_takes_the_duty_off_the_list(evening: Portfolio, sit: Sit) -> None:
    """李乙 makes the late routine visit of BH-2026-002 and writes it down: it is gone from the list."""
    page = sit(evening.cast.b)
    row = page.locator("tr[data-row]", has_text="BH-2026-002")
    row.get_by_role("link", name="记回访").click()
    expect(page.get_by_label("担保项目")).to_have_value(str(evening.second.pk))
    expect(page.get_by_label("行业动态")).to_be_hidden()
    site = "实地查看生产场所、盘点实物、查看有关账务"
    page.get_by_label(site, exact=True).check()
    page.get_by_label("客户未签字的原因").fill("客户出差，电话确认")
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("请写明由此了解到的情况。")).to_have_count(1)
    expect(page.get_by_text("请填写；没有了解到的，写明没有了解到。")).to_have_count(6)
    expect(page.get_by_text("请填写回访结论。")).to_have_count(1)
    page.get_by_label(f"{site}：了解到的情况").fill("库存与账面相符")
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    answer(page)
    page.get_by_label("回访结论").fill("借款按约定使用")
    page.get_by_label("客户未签字的原因").fill("客户出差，电话确认")
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_text("已封存，未被改动")).to_be_visible()
    page.get_by_role("link", name="看这户客户").click()
    expect(page.locator(".line")).to_contain_text("例行回访")
    page.goto("/")
    expect(page.locator("tr[data-row]", has_text="BH-2026-002")).to_have_count(0)


@pytest.mark.clause("PGM.3a", "PGM.5a")
def test_the_kind_of_visit_decides_what_is_asked(evening: Portfolio, sit: Sit) -> None:
    """A special visit asks the nine matters of PGM.5a, a routine one those of PGM.3a."""
    page = sit(evening.cast.a)
    page.goto(f"/clients/{evening.steel.pk}/visit/")
    page.get_by_label("回访类别").select_option("special")
    expect(page.get_by_label("高管人事变动")).to_be_visible()
    expect(page.get_by_label("借款使用情况")).to_be_hidden()
    page.get_by_label("回访类别").select_option("routine")
    expect(page.get_by_label("借款使用情况")).to_be_visible()
    expect(page.get_by_label("高管人事变动")).to_be_hidden()


@pytest.mark.clause("PGM.7")
def test_a_grade_is_changed_with_its_reason(evening: Portfolio, sit: Sit) -> None:
    """钱丙 forgets the reason, is told, gives it, and 东方钢铁 is watch from 2026-10-01."""
    page = sit(evening.cast.manager)
    page.goto(f"/clients/{evening.steel.pk}/")
    page.get_by_role("link", name="调整分类").click()
    page.get_by_label("风险分类").select_option("关注")
    page.get_by_label("自哪一天起").fill("2026-10-01")
    page.get_by_role("button", name="调整分类").click()
    expect(page.get_by_text("请写明理由。")).to_be_visible()
    page.get_by_label("理由").fill("存货积压，回款变慢")
    page.get_by_role("button", name="调整分类").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("关注")
    expect(page.locator(".line")).to_contain_text("存货积压，回款变慢")
    assert GradeChange.objects.get().effective_on == date(2026, 10, 1)


def test_clients_are_searched_from_the_keyboard(evening: Portfolio, sit: Sit) -> None:
    """赵己 types /, the initials and Enter; j and Enter open the client."""
    page = sit(evening.cast.risk_manager)
    page.goto("/clients/")
    page.keyboard.press("/")
    page.keyboard.type("hbsp")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=hbsp**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("湖滨食品有限公司")


def test_the_rule_book_fills_in_how_well_it_is_kept(evening: Portfolio, sit: Sit) -> None:
    """The counts come into the page after it."""
    page = sit(evening.cast.risk_manager)
    page.goto("/rules/")
    expect(page.locator("#kept-pgm3")).to_contain_text("按时率")


def test_the_language_is_switched_and_kept(evening: Portfolio, sit: Sit) -> None:
    """English from one click on, until the next."""
    page = sit(evening.cast.a)
    page.locator(".side").get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Clients").first).to_be_visible()
    page.goto("/clients/")
    page.locator(".side").get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="在保客户").first).to_be_visible()


def _pages(evening: Portfolio) -> dict[str, list[str]]:
    """Pages by the post that may open them."""
    client, department = f"/clients/{evening.steel.pk}", Department.objects.get(name="业务一部").pk
    quarter = f"/reports/2026Q3/{department}"
    entry = Entry.objects.filter(department=department).order_by("pk")[0]
    return {
        "manager": [
            *("/", "/clients/", f"{client}/", f"{client}/visit/", f"{client}/grade/", f"{client}/special/"),
            *(f"{client}/measure/2026Q3/", "/reports/", f"{quarter}/", f"{quarter}/visit_plan/file/"),
            *("/penalties/", f"/penalties/{entry.duty_key}/{entry.staff_id}/"),
        ],
        "admin": ["/rules/", "/rules/add/", "/runs/", "/imports/", "/start/"],
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_a_phone(evening: Portfolio, sit: Sit, language: str) -> None:
    """390 pixels: nothing is pushed aside, in either language."""
    wide = []
    for post, addresses in _pages(evening).items():
        page = sit(getattr(evening.cast, post), PHONE)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        for address in addresses:
            page.goto(address)
            if over := excess(page):
                wide.append((address, over))
    assert wide == []


def test_a_thumb_hits_what_it_aims_at(evening: Portfolio, sit: Sit) -> None:
    """On a phone the buttons of my work are at least 44 pixels high."""
    page = sit(evening.cast.a, PHONE)
    buttons = page.locator("main .btn:visible, main .why:visible, .thumbs a:visible").all()
    boxes = [button.bounding_box() for button in buttons]
    assert boxes
    assert [box for box in boxes if box is None or box["height"] < 44] == []
