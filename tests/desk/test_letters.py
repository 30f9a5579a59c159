"""Letters are written in the language of whoever reads them: mails, the digest, SMS; a group reads Chinese."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from baohou.core.errors import Refused
from baohou.core.sayings import from_kept, say
from baohou.day import engine
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services.checked_grades import ask_grade
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.audit.models import Act
from baohou.kernel.notices import preferences, services
from baohou.kernel.notices.channels import robots
from baohou.kernel.notices.models import Address, Habits
from baohou.kernel.outbox import worker
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.people import logins
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Staff
from baohou.kernel.saying import in_words
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter

TITLE = say("您有 %(n)s 件事项逾期了，请尽快办理", n=3)
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=" + "a" * 64


@pytest.fixture(autouse=True)
def at_ten(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten in the morning of the day, with a mail server."""
    settings.EMAIL_HOST = "mail.example.cn"
    settings.PUBLIC_URL = "https://baohou.example.cn"
    now = datetime(2026, 10, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(timezone, "now", lambda: now)


def reach(staff: Staff, channel: str = "mail", said: str = "a01@example.cn") -> Address:
    told = {"actor": staff.staff_no, "door": "page"}
    return preferences.set_address(staff=staff, channel=channel, said=said, secret="", **told)


def tell(staff: Staff) -> None:
    with transaction.atomic():
        services.tell(person=staff, kind="duty.late", title=TITLE, text=say("……共 %(n)s 件", n=3), on=TODAY)


def switch(browser: Client, language: str) -> None:
    browser.post("/language/", {"language": language, "next": "/"})


def test_who_switched_to_english_reads_english_letters(evening: Portfolio, enter: Enter) -> None:
    """张甲 switches the pages to English: the next mail is English, 李乙's stays Chinese; each sentence whole."""
    a, b = evening.cast.a, evening.cast.b
    reach(a)
    reach(b, said="b01@example.cn")
    switch(enter(a), "en")
    tell(a)
    tell(b)
    worker.send_waiting()
    english, chinese = sorted(mail.outbox, key=lambda one: one.to)
    assert english.subject == "[Baohou] 3 of your matters are overdue; please deal with them soon"
    assert english.body.startswith("Hello 张甲,")
    assert "sent automatically" in english.body
    assert chinese.subject == "【保后】您有 3 件事项逾期了，请尽快办理"
    assert chinese.body.startswith("李乙，您好：")
    act = Act.objects.get(verb="notices.set_language")
    assert (act.by, act.facts) == ("A01", {"staff_no": "A01", "to": "en"})


def test_a_letter_follows_the_choice_made_after_it_was_written(evening: Portfolio, enter: Enter) -> None:
    """Written while 张甲 read Chinese, sent after the switch: English. An old message without its making stays."""
    a = evening.cast.a
    reach(a)
    tell(a)
    Message.objects.create(
        channel="mail",
        key="old",
        to="张甲",
        title="旧通知",
        due_at=timezone.now(),
        payload={"staff": a.pk, "text": "旧"},
    )
    switch(enter(a), "en")
    worker.send_waiting()
    assert {one.subject for one in mail.outbox} == {
        "[Baohou] 3 of your matters are overdue; please deal with them soon",
        "[Baohou] 旧通知",
    }


def test_a_group_reads_chinese_whoever_the_letter_is_for(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The robot of a group writes Chinese for an English reader: the others of the group read it, too."""
    sent: list[bytes] = []

    def post(url: str, *, content: bytes, kind: str, whom: str) -> dict[str, Any]:
        sent.append(content)
        return {"errcode": 0}

    monkeypatch.setattr(robots, "post", post)
    a = evening.cast.a
    reach(a, "dingtalk", HOOK)
    switch(enter(a), "en")
    tell(a)
    with translation.override("en"):
        worker.send_waiting()
    assert "【保后】张甲：您有 3 件事项逾期了" in sent[0].decode()


def test_the_digest_is_english_to_the_last_line(evening: Portfolio) -> None:
    """The morning digest of 张甲 and of the risk manager: only names are Chinese; plurals are right."""
    cast = evening.cast
    for staff in (cast.a, cast.risk_manager):
        reach(staff, said=f"{staff.staff_no.lower()}@example.cn")
        preferences.set_language(staff=staff, language="en", actor=staff.staff_no, door="page")
    Message.objects.all().delete()
    engine.run(on=TODAY, rebuild=True)
    for digest in Message.objects.filter(key__startswith="digest:"):
        with translation.override("en"):
            title, text = in_words(digest.title), in_words(from_kept(digest.payload["text"]))
        assert title.startswith("Tue 20/10: ")
        for chinese in ("逾期", "到期", "等您", "另有", "代", "、", "，", "月"):
            assert chinese not in title + text, text
        assert digest.title.startswith("10月20日 周二：")


def test_a_fault_is_told_to_each_administrator_in_the_own_language(evening: Portfolio, enter: Enter) -> None:
    """The address was removed: the outbox says why in Chinese and in English."""
    address = reach(evening.cast.a)
    tell(evening.cast.a)
    preferences.remove_address(address=address, actor="A01", door="page")
    worker.send_waiting()
    message = Message.objects.get()
    assert (message.state, message.error) == (State.GIVEN_UP, "收件人已删除这个渠道的地址。")
    browser = enter(evening.cast.admin)
    assert "收件人已删除这个渠道的地址。" in browser.get("/outbox/").content.decode()
    browser.cookies["django_language"] = "en"
    page = browser.get("/outbox/").content.decode()
    assert "removed the address" in page
    assert "3 of your matters are overdue" in page


def test_the_choice_at_the_door_is_kept_and_goes_along(evening: Portfolio) -> None:
    """English chosen before logging in is 张甲's; another device then speaks English; 李乙 after 张甲 keeps Chinese."""
    words = {
        staff.staff_no: logins.give_login(staff=staff, on=TODAY, actor="X01", door="page")
        for staff in (evening.cast.a, evening.cast.b)
    }
    shared = Client()

    def log_in(browser: Client, number: str) -> None:
        answer = browser.post("/login/", {"username": number, "password": words[number]})
        assert answer.status_code == 302, answer.content.decode()

    switch(shared, "en")
    log_in(shared, "A01")
    assert Habits.objects.get(staff=evening.cast.a).language == "en"
    elsewhere = Client()
    log_in(elsewhere, "A01")
    assert elsewhere.cookies["django_language"].value == "en"
    preferences.set_language(staff=evening.cast.b, language="zh-hans", actor="B01", door="page")
    shared.post("/logout/")
    log_in(shared, "B01")
    assert Habits.objects.get(staff=evening.cast.b).language == "zh-hans"
    assert shared.cookies["django_language"].value == "zh-hans"


def test_the_habits_page_and_the_verb_keep_it(evening: Portfolio, enter: Enter) -> None:
    """Chosen beside the hours, too; a language that there is not is refused; hours alone leave it as it is."""
    browser = enter(evening.cast.a)
    browser.post("/me/notices/", {"digest_at": "07:00", "language": "en"})
    assert Habits.objects.get().language == "en"
    assert '<option value="en" selected>' in browser.get("/me/notices/").content.decode()
    browser.post("/me/notices/", {"digest_at": "06:00"})
    assert Habits.objects.get().language == "en"
    with pytest.raises(Refused, match="没有这种语言"):
        preferences.set_language(staff=evening.cast.a, language="fr", actor="A01", door="page")


def test_a_proposal_is_read_in_the_checkers_language(evening: Portfolio, enter: Enter) -> None:
    """钱丙 asks for 东方钢铁 to be graded risk: title and rows in English, and an older one, plain Chinese, as it stands."""
    manager, checker = evening.cast.manager, enter(evening.cast.risk_manager)
    enter(manager)
    person = find_person(manager.user, on=TODAY) if manager.user else None
    assert person is not None
    told = {"client": evening.steel, "grade": Grade.RISK, "effective_on": TODAY, "because": "停产", "staff": manager}
    asked = ask_grade(**told, by=person, on=TODAY, door="page").proposal  # type: ignore[arg-type]
    assert asked is not None
    chinese = checker.get(f"/approvals/{asked.pk}/").content.decode()
    assert asked.title.endswith("→ 风险，自 2026-10-20 起") and asked.title in chinese
    checker.cookies["django_language"] = "en"
    english = checker.get(f"/approvals/{asked.pk}/").content.decode()
    assert "→ Risk from 2026-10-20" in english
    assert "Effective on" in english and "风险分类" not in english
    Proposal.objects.filter(pk=asked.pk).update(
        title="正常 → 风险，自 2026-10-20 起", rows=[["生效日", "", "2026-10-20"]]
    )
    older = checker.get(f"/approvals/{asked.pk}/").content.decode()
    assert "正常 → 风险，自 2026-10-20 起" in older and "Effective on" in older
