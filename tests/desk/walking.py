"""A real object for every address, and what someone would send there, so that a test can walk all of them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from bench import answers
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from baohou.core.period import Quarter
from baohou.day.models import Job, JobState, SetAside
from baohou.guarantee.models import HandOver, Visit
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.queries.summaries import KEPT, PORTFOLIO, REPORTS
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services import grades, hand_overs, measures, moves, visits
from baohou.guarantee.services.measures import Action
from baohou.guarantee.services.summaries import keep_up
from baohou.kernel.accountability.models import Entry
from baohou.kernel.api.tokens import add_system as register_system
from baohou.kernel.api.tokens import make_own_token
from baohou.kernel.hooks import services as hooks
from baohou.kernel.hooks.models import Hook
from baohou.kernel.notices.models import Address
from baohou.kernel.notices.preferences import set_address, try_address
from baohou.kernel.notices.services import tell as told
from baohou.kernel.outbox.models import Message
from baohou.kernel.outbox.services import give_up
from baohou.kernel.papers.models import Seal, Volume
from baohou.kernel.papers.taking.mappings import keep_mapping
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Department, Post, Staff
from tests.cast import FOOD, Portfolio
from tests.desk.conftest import TODAY
from tests.guarantee.handing import give_all, receive_all, sign_for, sign_over
from tests.kernel.accountability.acts import appeal

LAST = date(2026, 9, 30)
HIRED = (
    ("D01", "冯代", "业务三部", Post.PROJECT_MANAGER),
    ("E01", "陈理", "业务三部", Post.DEPARTMENT_MANAGER),
    ("K01", "章审", "", Post.AUDITOR),
    ("C01", "沈文", "业务一部", Post.CLERK),
    ("L01", "韩去", "业务一部", Post.PROJECT_MANAGER),
)


@dataclass
class World:
    """The portfolio on 2026-10-20 with one thing of each kind, all of 业务一部 and of 张甲 (A) and 李乙 (B)."""

    portfolio: Portfolio
    hired: dict[str, Staff] = field(default_factory=dict)

    @property
    def cast(self) -> Any:
        return self.portfolio.cast

    @property
    def department(self) -> Department:
        return Department.objects.get(name="业务一部")

    @property
    def table(self) -> dict[str, Any]:
        return {"quarter": "2026Q3", "department": self.department.pk}

    @property
    def plan(self) -> dict[str, Any]:
        return {"quarter": "2026Q4", "department": self.department.pk}

    @property
    def story(self) -> dict[str, Any]:
        """The penalty that 张甲 was given first."""
        found = self.penalty
        return {"key": found.duty_key, "staff": found.staff_id}

    @property
    def penalty(self) -> Entry:
        return Entry.objects.filter(staff=self.cast.a, clause="PGM.12").order_by("pk")[0]

    @property
    def visit(self) -> Visit:
        """张甲's visit of October, sealed with a photo and a signature."""
        return Visit.objects.get(pk=Seal.objects.get(kind=KIND).subject_id)

    @property
    def list(self) -> HandOver:
        """The list of 2026Q3, begun."""
        return HandOver.objects.get(quarter=LAST)

    @property
    def people(self) -> dict[str, Any]:
        cast = self.cast
        return {"department_manager": cast.manager.pk, "manager_a": cast.a.pk, "manager_b": cast.b.pk}


def build(portfolio: Portfolio, a: Client) -> World:
    """The world, through the real verbs; ``a`` is the browser of 张甲."""
    world, cast = World(portfolio), portfolio.cast
    told: dict[str, Any] = {"actor": "X01", "door": "page"}
    postings.add_department(name="业务三部", **told)
    for staff_no, name, department, post in HIRED:
        of = Department.objects.get(name=department) if department else None
        world.hired[staff_no] = postings.add_person(
            staff_no=staff_no, name=name, department=of, post=post, effective_on=date(2026, 1, 5), **told
        )
    gone = {"department": None, "post": Post.LEFT, "effective_on": date(2026, 10, 1), "because": "离职"}
    postings.change_post(staff=world.hired["L01"], **gone, **told)
    for absent, standing in ((cast.a, "D01"), (cast.manager, "E01")):
        named = {"first_on": TODAY, "last_on": date(2026, 10, 30), "because": "年假"}
        deputies.name_deputy(staff=absent, deputy=world.hired[standing], **named, **told)
    for on, by in ((date(2026, 5, 12), cast.a), (date(2026, 8, 12), cast.a), (date(2026, 9, 15), cast.b)):
        said = {"methods": "实地查看", "summary": "正常", "findings": {}}
        who = {"by": by, "actor": by.staff_no, "door": "page"}
        visits.record(client=portfolio.paper, guarantee=None, on=on, kind=VisitKind.REGULAR, **said, **who)
    for number, day in ((2, date(2026, 10, 8)), (3, TODAY)):
        hand_overs.begin(department=world.department, quarter=Quarter(2026, number), on=day, actor="M01", door="page")
    archive(world)
    visit(world, a)
    grade = {"grade": Grade.WATCH, "effective_on": date(2026, 9, 1), "because": "回款慢"}
    grades.change(client=portfolio.steel, **grade, by=cast.manager, actor="M01", door="page")
    said = {"code": "guarantee.visit.before_issue", "message": "东方钢铁有限公司：回访早于起始日"}
    SetAside.objects.create(step="duties", table="guarantee_visit", row=1, since=TODAY, **said)
    keep_up(on=TODAY, parts=(PORTFOLIO, KEPT, REPORTS))
    return world


def visit(world: World, a: Client) -> None:
    """张甲's visit to 东方钢铁, with a photo and the client's signature."""
    page, told = f"/clients/{world.portfolio.steel.pk}/visit/", filled(world)
    sent = a.post(f"{page}files/", {"key": told["key"], "is_signature": "on", "file": photo()})
    told |= {"signature": sent.json()["sha256"], "signer": "林总", "unsigned_because": "", "files": [photo()]}
    assert a.post(page, told).status_code == 302


def archive(world: World) -> None:
    """The volume of 2026Q2."""
    old = HandOver.objects.exclude(quarter=LAST).get()
    give_all(old, world.cast)
    sign_over(old, world.cast)
    receive_all(old, world.cast)
    sign_for(old, world.cast)


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    picture = Image.new("RGB", (40, 30), (255, 255, 255))
    picture.paste((10, 10, 90), (5, 10, 30, 14))
    picture.save(out, "PNG")
    return SimpleUploadedFile("厂门.png", out.getvalue())


def filled(world: World) -> dict[str, Any]:
    """A visit as the form sends it, found by whoever visits."""
    return {**answers.typed(VisitKind.REGULAR), "on": "2026-10-19", "by": world.cast.a.pk, "key": str(uuid4())}


def file_measure(world: World) -> None:
    """张甲 has filed a measure for 东方钢铁; 李乙 is to call each week."""
    cast = world.cast
    managers = {"department_manager": cast.manager, "manager_a": cast.a, "manager_b": cast.b}
    told = {
        "text": "压降敞口",
        "seen": 0,
        "filed_on": TODAY,
        "actions": [Action("每周核对", cast.b, date(2026, 11, 30))],
    }
    measures.file(client=world.portfolio.steel, quarter=LAST, **managers, **told, actor="A01", door="page")


def move_work(world: World) -> None:
    """李乙's work has been handed over to 张甲."""
    choices = {
        one.guarantee.pk: (world.cast.a.pk if one.as_a else None, None)
        for one in list_holdings(world.cast.b, on=date(2026, 10, 21))
    }
    told = {"because": "离职", "today": TODAY, "actor": "M01", "door": "page"}
    moves.move_work(staff=world.cast.b, effective_on=date(2026, 10, 21), choices=choices, **told)


def file_appeal(world: World) -> None:
    """张甲 has appealed, with a photo."""
    from baohou.kernel.accountability.appeals import Evidence

    appeal(world.penalty, world.cast.a, files=[Evidence("停电.png", photo().read())])


def ask_waiver(world: World) -> None:
    """赵己 has asked for 10 yuan of 张甲's penalty to be waived."""
    from baohou.kernel.accountability import checks
    from baohou.kernel.accountability.ledger import Story

    asking = world.cast.risk_manager
    asking.refresh_from_db()  # what was done for another address has been undone
    if asking.user is None:
        asking.user = User.objects.create(username=asking.staff_no)
        asking.save(update_fields=["user"])
    maker = find_person(asking.user, on=TODAY)
    assert maker is not None
    story = Story([world.penalty])
    checks.ask_waiver(story=story, amount_fen=1000, because="停电", by=maker, on=TODAY, door="page")


def give(world: World) -> None:
    give_all(world.list, world.cast, on=TODAY)


def sign(world: World) -> None:
    give(world)
    sign_over(world.list, world.cast, on=TODAY)


def receive(world: World) -> None:
    sign(world)
    receive_all(world.list, world.cast, on=TODAY)


def fail_job(world: World) -> None:
    """郑辛's run of the day has failed."""
    moment = "2026-10-20T20:00+08:00"
    Job.objects.create(
        kind="day", by="X01", wish={}, state=JobState.FAILED, active=False, asked_at=moment, ended_at=moment
    )


def keep_columns(world: World) -> None:
    content = '[columns]\ngrade = "等级"\n'
    keep_mapping(kind="grades", name="银行", content=content, actor="X01", door="page")


def plan_post(world: World) -> None:
    """张甲 is to be department manager from December."""
    told = {"department": world.department, "post": Post.DEPARTMENT_MANAGER, "because": "晋升"}
    postings.change_post(staff=world.cast.a, **told, effective_on=date(2026, 12, 1), actor="X01", door="page")


def lend(world: World) -> None:
    from baohou.kernel.papers import archive as kept

    kept.lend(
        volume=Volume.objects.get(),
        borrower_no="A01",
        borrower_name="张甲",
        purpose="查阅",
        borrowed_on=TODAY,
        due_on=date(2026, 11, 3),
        actor="S01",
        door="page",
    )


def expire(_: World) -> None:
    """The volume was opened so long ago that it need not be kept."""
    Volume.objects.update(opened_on=date(2010, 1, 4))


def destroy(world: World) -> None:
    """孙戊 asked for the volume to be destroyed, 赵己 agreed."""
    from baohou.kernel.papers import archive as kept

    expire(world)
    two = {"by": kept.Someone("S01", "孙戊"), "checked": kept.Someone("R01", "赵己")}
    rows = [Volume.objects.get().pk]
    kept.destroy(volumes=rows, because="保管期满", **two, on=TODAY, actor="S01", door="page")


def table_csv() -> SimpleUploadedFile:
    rows = f"证件号码,风险分类,生效日,理由,评定人\n{FOOD},关注,2026-09-30,季末,周丁\n"
    return SimpleUploadedFile("grades.csv", rows.encode())


def tell(world: World) -> None:
    """张甲 was told something."""
    told(person=world.cast.a, kind="duty.late", title="一件事项逾期", on=TODAY, url="/duties/")


ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f3b2c9e-6d1a-4f5e-9a77-2b8c1d3e4f50"


def keep_robot(world: World) -> None:
    """张甲 is reached by a robot."""
    set_address(staff=world.cast.a, channel="wecom", said=ROBOT, secret="", actor="A01", door="page")


def wait_message(world: World) -> None:
    keep_robot(world)
    try_address(address=Address.objects.get(), actor="A01", door="page")


def fail_message(world: World) -> None:
    wait_message(world)
    give_up(message=Message.objects.latest("pk"), actor="X01", door="page")


def add_hook(_: World) -> None:
    """财务系统 is told of what becomes late."""
    named = {"name": "财务系统", "url": "https://finance.example.com/in", "kinds": ["duty.late"], "scopes": []}
    hooks.add_hook(**named, actor="X01", door="page")


def pause_hook(world: World) -> None:
    add_hook(world)
    hooks.pause_hook(hook=Hook.objects.get(), because="对方升级", actor="X01", door="page")


def end_delivery(world: World) -> None:
    """A trial was sent, and the other side never took it."""
    add_hook(world)
    hooks.ping_hook(hook=Hook.objects.get(), actor="X01", door="page")
    give_up(message=Message.objects.latest("pk"), actor="X01", door="page")


def make_token(world: World) -> None:
    """张甲 has a token."""
    named = {"name": "取数", "scopes": [], "days": 30}
    make_own_token(staff=world.cast.a, post=Post.PROJECT_MANAGER, **named, actor="A01", door="page")


def set_factor(world: World) -> None:
    """张甲 has set up a second factor."""
    staff = world.cast.a
    staff.refresh_from_db()
    Authenticator.objects.get_or_create(user=staff.user, type=Authenticator.Type.TOTP, defaults={"data": {}})


def add_system(_: World) -> None:
    register_system(code="bank", name="银行", post=Post.AUDITOR, department=None, actor="X01", door="page")
