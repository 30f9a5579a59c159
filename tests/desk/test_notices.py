"""Notices: written with what they tell of, to whom they concern, on the channels that people have chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import from_kept
from baohou.day import engine, registry
from baohou.guarantee.models import Filing, FilingStep
from baohou.guarantee.queries.digest import list_digests
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import reports
from baohou.kernel.accountability import appeals
from baohou.kernel.accountability.models import Entry, Verdict
from baohou.kernel.notices import preferences, services
from baohou.kernel.notices.models import Address, Notice
from baohou.kernel.outbox import worker
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.models import Post, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter

QUARTER = date(2026, 9, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ACTS = {"actor": "S01", "door": "page"}


@pytest.fixture(autouse=True)
def mail_server(settings: Settings) -> None:
    """This installation has a mail server, and everyone is at the office at ten in the morning of the day."""
    settings.EMAIL_HOST = "mail.example.cn"
    settings.PUBLIC_URL = "https://baohou.example.cn"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(datetime(2026, 10, 20, 10, tzinfo=SHANGHAI))
    return set_to


def told(staff: Staff) -> list[str]:
    return list(Notice.objects.filter(staff=staff).order_by("pk").values_list("title", flat=True))


def give_mail(staff: Staff) -> Address:
    said = f"{staff.staff_no.lower()}@example.cn"
    return preferences.set_address(staff=staff, channel="mail", said=said, secret="", actor=staff.staff_no, door="page")


def hand_in_plan(portfolio: Portfolio) -> Filing:
    return reports.file(
        department=portfolio.first.department,
        quarter=QUARTER,
        kind=FilingKind.VISIT_PLAN,
        filed_on=TODAY,
        by=portfolio.cast.manager,
        actor="M01",
        door="page",
    )


def return_plan(portfolio: Portfolio, filing: Filing) -> FilingStep:
    return reports.return_(filing=filing, because="漏了两户", on=TODAY, by=portfolio.cast.supervisor, **ACTS)


def test_a_plan_handed_in_waits_for_the_risk_department_and_comes_back_to_its_manager(
    evening: Portfolio, clock: object
) -> None:
    """2026-10-20: 钱丙 hands the plan of 业务一部 in, 孙戊 returns it: 漏了两户."""
    cast = evening.cast
    before = len(told(cast.manager))
    filing = hand_in_plan(evening)
    for reviewer in (cast.supervisor, cast.risk_manager):
        assert "业务一部 2026Q3 回访计划表已上报，请接收" in told(reviewer)[-1]
    assert len(told(cast.manager)) == before
    return_plan(evening, filing)
    notice = Notice.objects.filter(staff=cast.manager).latest("pk")
    assert notice.title == "业务一部 2026Q3 回访计划表被退回，请改好重报"
    assert "漏了两户" in notice.text
    assert notice.url == f"/reports/{quarter_of(QUARTER)}/{evening.first.department_id}/"


def test_a_verb_that_is_undone_tells_nobody(evening: Portfolio, clock: object) -> None:
    """The return is rolled back: neither a notice nor a message stays."""
    filing = hand_in_plan(evening)
    give_mail(evening.cast.manager)
    with pytest.raises(RuntimeError), transaction.atomic():
        return_plan(evening, filing)
        assert Message.objects.count() == 1
        raise RuntimeError
    assert Message.objects.count() == 0
    assert not Notice.objects.filter(kind="report.returned").exists()


def test_the_deputy_of_an_absent_manager_is_told_as_well(evening: Portfolio, clock: object) -> None:
    """钱丙 is away and 周丁 stands in: both read that the plan came back, and 周丁 for whom."""
    cast = evening.cast
    deputies.name_deputy(
        staff=cast.manager,
        deputy=cast.other_manager,
        first_on=TODAY,
        last_on=TODAY,
        because="年假",
        actor="M01",
        door="page",
    )
    assert told(cast.other_manager)[-1].startswith("请您代钱丙办理")
    return_plan(evening, hand_in_plan(evening))
    assert "被退回" in told(cast.manager)[-1]
    assert told(cast.other_manager)[-1].startswith("（代钱丙）业务一部")


def test_who_has_left_is_told_nothing(evening: Portfolio, clock: object) -> None:
    """赵己 left on 2026-10-20: only 孙戊 reads that a plan waits."""
    cast = evening.cast
    postings.change_post(
        staff=cast.risk_manager,
        department=None,
        post=Post.LEFT,
        effective_on=TODAY,
        because="离职",
        actor="X01",
        door="page",
    )
    hand_in_plan(evening)
    assert told(cast.risk_manager) == []
    assert "请接收" in told(cast.supervisor)[-1]


def test_a_message_to_who_has_left_meanwhile_is_not_sent(evening: Portfolio, clock: object) -> None:
    give_mail(evening.cast.risk_manager)
    hand_in_plan(evening)
    postings.change_post(
        staff=evening.cast.risk_manager,
        department=None,
        post=Post.LEFT,
        effective_on=TODAY,
        because="离职",
        actor="X01",
        door="page",
    )
    worker.send_waiting()
    assert mail.outbox == []
    assert Message.objects.get().error == "收件人已离职，没有发送。"


def test_a_mail_says_what_where_and_always_has_the_same_number(evening: Portfolio, clock: object) -> None:
    """The link leads to the installation; sent twice, the mail has one Message-ID."""
    give_mail(evening.cast.manager)
    return_plan(evening, hand_in_plan(evening))
    worker.send_waiting()
    Message.objects.update(state=State.FAILED, due_at=timezone.now())
    worker.send_waiting()
    first, second = mail.outbox
    assert first.to == ["m01@example.cn"]
    assert first.subject == "【保后】业务一部 2026Q3 回访计划表被退回，请改好重报"
    assert f"https://baohou.example.cn/reports/2026Q3/{evening.first.department_id}/" in first.body
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(
    evening: Portfolio, clock: Callable[[datetime], None], settings: Settings
) -> None:
    """2026-10-20, 22:00 in Shanghai: the plan's return is mailed at 07:30; a failed day is mailed at once."""
    cast = evening.cast
    give_mail(cast.manager)
    clock(datetime(2026, 10, 20, 22, tzinfo=SHANGHAI))
    return_plan(evening, hand_in_plan(evening))
    assert Message.objects.get().due_at == datetime(2026, 10, 21, 7, 30, tzinfo=SHANGHAI)
    services.tell(person=cast.manager, kind="day.failed", title="没有办成", on=TODAY)
    assert Message.objects.latest("pk").due_at == datetime(2026, 10, 20, 22, tzinfo=SHANGHAI)


def test_everyone_chooses_channels_for_each_kind_and_hours(
    evening: Portfolio, clock: Callable[[datetime], None]
) -> None:
    """钱丙 wants no mail about returns, and is not to be disturbed from 9 to 11."""
    manager = evening.cast.manager
    give_mail(manager)
    wishes = {"digest_at": time(6), "quiet_from": time(9), "quiet_to": time(11), "actor": "M01", "door": "page"}
    preferences.set_habits(staff=manager, chosen={"report.returned": []}, **wishes)
    return_plan(evening, hand_in_plan(evening))
    assert Message.objects.count() == 0
    assert "被退回" in told(manager)[-1]
    services.tell(person=manager, kind="move.to_sign", title="请签字", on=TODAY)
    assert Message.objects.get().due_at == datetime(2026, 10, 20, 11, tzinfo=SHANGHAI)
    with pytest.raises(Refused, match="开始和结束"):
        preferences.set_habits(staff=manager, chosen={}, **{**wishes, "quiet_to": None})


def test_an_appeal_tells_who_decides_and_its_decision_who_appealed(evening: Portfolio, clock: object) -> None:
    """A penalty of October: its bearer appeals, 赵己 upholds."""
    cast = evening.cast
    entry = Entry.objects.filter(amount_fen__gt=0, staff__in=[cast.a, cast.b, cast.outsider]).first()
    assert entry is not None
    acts = {"on": TODAY, "door": "page"}
    appeal = appeals.file_appeal(
        duty_key=entry.duty_key, by=entry.staff, text="客户搬迁", actor=entry.staff.staff_no, **acts
    )
    assert told(cast.risk_manager)[-1] == f"{entry.staff.name}提出申诉，请裁定"
    appeals.decide(appeal=appeal, verdict=Verdict.UPHELD, because="已核", by=cast.risk_manager, actor="R01", **acts)
    assert told(entry.staff)[-1] == "您的申诉已裁定：维持"


def test_the_day_tells_what_became_late_and_what_was_booked_once(evening: Portfolio, clock: object) -> None:
    """After the first day (history, nobody is told) the year's end tells each person once a day, run twice or not."""
    assert not Notice.objects.filter(kind__in=["duty.late", "penalty.posted"]).exists()
    last = date(2027, 1, 12)
    for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), last):
        engine.run(on=day)
    late = Notice.objects.filter(kind="duty.late")
    assert late.exists()
    assert Notice.objects.filter(kind="penalty.posted").exists()
    before = list(Notice.objects.values_list("pk", flat=True))
    engine.run(on=last)
    engine.run(on=last, rebuild=True)
    assert list(Notice.objects.values_list("pk", flat=True)) == before


def test_the_digest_says_what_is_late_and_due_and_comes_at_eight(evening: Portfolio, clock: object) -> None:
    """Tuesday 2026-10-20: what 张甲 owes, named; sent at 08:00, over at midnight; run twice, written once."""
    a = evening.cast.a
    give_mail(a)
    Message.objects.all().delete()
    engine.run(on=TODAY)
    engine.run(on=TODAY)
    digest = Message.objects.get(key__startswith="digest:")
    assert digest.title.startswith("10月20日 周二：")
    [expected] = list_digests([a.pk], on=TODAY)
    assert from_kept(digest.payload["text"]) == expected.text
    assert "东方钢铁有限公司" in expected.text
    assert digest.due_at == datetime(2026, 10, 20, 8, tzinfo=SHANGHAI)
    assert digest.expires_at == datetime(2026, 10, 21, 0, tzinfo=SHANGHAI)


def test_days_caught_up_send_no_old_digest(evening: Portfolio, clock: Callable[[datetime], None]) -> None:
    give_mail(evening.cast.a)
    clock(datetime(2026, 10, 23, 9, tzinfo=SHANGHAI))
    for n in (1, 2, 3):
        engine.run(on=TODAY + timedelta(days=n))
    assert list(Message.objects.filter(key__startswith="digest:").values_list("key", flat=True)) == [
        f"digest:2026-10-23:{evening.cast.a.pk}|mail"
    ]


def test_a_deputy_reads_in_the_digest_what_the_absent_one_owes(evening: Portfolio, clock: object) -> None:
    cast = evening.cast
    deputies.name_deputy(
        staff=cast.a, deputy=cast.b, first_on=TODAY, last_on=TODAY, because="年假", actor="M01", door="page"
    )
    [digest] = list_digests([cast.b.pk], on=TODAY)
    assert "代张甲：" in digest.text


def test_a_digest_asks_as_much_for_many_as_for_few(
    evening: Portfolio, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Forty project managers, or one: the same number of queries."""
    extra = [Staff.objects.create(staff_no=f"N{n}", name=f"新{n}") for n in range(40)]
    for one in extra:
        one.postings.create(post=Post.PROJECT_MANAGER, department=evening.first.department)
    with django_assert_max_num_queries(12):
        list(list_digests([evening.cast.a.pk, evening.cast.b.pk, *(one.pk for one in extra)], on=TODAY))


def test_a_day_that_failed_tells_the_administrators(
    portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch, transactional_db: None, clock: object
) -> None:
    def broken(task: registry.Task) -> registry.Counts:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "_STEPS", [registry.Step("broken", "坏", broken)])
    with pytest.raises(ZeroDivisionError):
        engine.run(on=TODAY)
    assert told(portfolio.cast.admin) == ["2026-10-20 的日终没有办成"]


def test_an_address_is_kept_encrypted_and_shown_masked(evening: Portfolio, enter: Enter) -> None:
    """The robot's token stands on no page and in no column."""
    token = "0f1e2d3c-aaaa-bbbb-cccc-112233445566"
    browser = enter(evening.cast.a)
    said = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}"
    assert browser.post("/me/notices/wecom/", {"said": said}).status_code == 302
    address = Address.objects.get()
    assert token not in address.sealed
    page = browser.get("/me/notices/").content.decode()
    assert "…5566" in page
    assert token not in page


@pytest.mark.parametrize(
    "said",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f1e2d3c-aaaa",
        "https://169.254.169.254/cgi-bin/webhook/send?key=0f1e2d3c-aaaa",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=0f1e2d3c-aaaa",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f1e2d3c-aaaa/../../x",
        "file:///etc/passwd",
    ],
)
def test_an_address_elsewhere_is_refused_and_stays_in_its_field(evening: Portfolio, enter: Enter, said: str) -> None:
    answer = enter(evening.cast.a).post("/me/notices/wecom/", {"said": said})
    assert "这不是企业微信群机器人的 Webhook 地址" in answer.content.decode()
    assert not Address.objects.exists()


def test_a_trial_goes_out_at_once_and_its_end_stands_on_the_page(evening: Portfolio, enter: Enter) -> None:
    give_mail(evening.cast.a)
    browser = enter(evening.cast.a)
    browser.post("/me/notices/mail/try/")
    worker.send_waiting()
    assert mail.outbox[-1].subject == "【保后】试发：保后通知"
    assert "已发送" in browser.get("/me/notices/").content.decode()


def test_the_bell_counts_and_a_notice_leads_to_its_record(evening: Portfolio, enter: Enter, clock: object) -> None:
    return_plan(evening, hand_in_plan(evening))
    browser = enter(evening.cast.manager)
    assert "1 条未读" in browser.get("/notices/").content.decode()
    notice = Notice.objects.get(staff=evening.cast.manager)
    answer = browser.get(f"/notices/{notice.pk}/")
    assert answer["Location"] == notice.url
    assert "没有未读通知" in browser.get("/notices/").content.decode()


def test_nobody_reads_or_marks_the_notices_of_others(evening: Portfolio, enter: Enter, clock: object) -> None:
    return_plan(evening, hand_in_plan(evening))
    notice = Notice.objects.get(staff=evening.cast.manager)
    browser = enter(evening.cast.outsider)
    assert browser.get(f"/notices/{notice.pk}/").status_code == 404
    browser.post("/notices/read/", {"one": notice.pk})
    browser.post("/notices/read/")
    notice.refresh_from_db()
    assert notice.read_at is None
    assert Client().get("/notices/").status_code == 302


def test_only_administrators_open_the_outbox(evening: Portfolio, enter: Enter, clock: object) -> None:
    """The risk manager is refused; the administrator gives a message up and sends it again."""
    give_mail(evening.cast.manager)
    return_plan(evening, hand_in_plan(evening))
    message = Message.objects.get()
    for path in ("/outbox/", "/notices/company/"):
        assert enter(evening.cast.risk_manager).get(path).status_code == 403
    assert enter(evening.cast.risk_manager).post(f"/outbox/{message.pk}/stop/").status_code == 403
    admin = enter(evening.cast.admin)
    admin.post(f"/outbox/{message.pk}/stop/")
    assert "1</b> 条消息没有发出去" in admin.get("/outbox/").content.decode()
    admin.post(f"/outbox/{message.pk}/again/")
    worker.send_waiting()
    assert len(mail.outbox) == 1


def test_wishes_are_kept_by_the_page(evening: Portfolio, enter: Enter) -> None:
    give_mail(evening.cast.a)
    browser = enter(evening.cast.a)
    sent = {"shown": ["mail"], "duty.late": ["mail"], "digest_at": "06:30", "quiet_from": "20:00", "quiet_to": "06:00"}
    assert browser.post("/me/notices/", sent).status_code == 302
    page = browser.get("/me/notices/").content.decode()
    assert 'value="06:30"' in page
    one_end = browser.post("/me/notices/", {**sent, "quiet_to": ""}).content.decode()
    assert "开始和结束" in one_end
    assert 'value="20:00"' in one_end


def test_the_list_asks_as_much_for_fifty_as_for_one(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries, clock: object
) -> None:
    for n in range(60):
        services.tell(person=evening.cast.a, kind="duty.late", title=f"第 {n} 条", on=TODAY)
    browser = enter(evening.cast.a)
    with django_assert_max_num_queries(16):
        browser.get("/notices/")
