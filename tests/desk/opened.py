"""How the walk opens each address: what it names in the world, what has to stand there first, what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from baohou.day.models import Job
from baohou.guarantee.models import FilingStep, HandOverItem, HandOverReceipt, MeasureAction, MoveSigner, WorkMove
from baohou.guarantee.queries.grading import get_table
from baohou.guarantee.services import proposals, reports, uploads
from baohou.guarantee.services.tables import Signing
from baohou.kernel.accountability.models import Appeal
from baohou.kernel.api.models import System, Token
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.audit.models import Act
from baohou.kernel.duties.models import Duty
from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.notices.models import Notice
from baohou.kernel.outbox.models import Message
from baohou.kernel.papers.models import Attachment, Destruction, ImportMapping, Seal, Signature, Volume
from baohou.kernel.parties.queries import get_reached, stamp_of
from baohou.kernel.people.models import Deputy, Posting
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.queries import as_yaml
from tests.desk import drafted
from tests.desk import walking as at
from tests.desk.conftest import TODAY
from tests.desk.planned import arranged, dated, hand_in_plan, plan_row, seen_plan, spread
from tests.desk.walking import LAST, World
from tests.kernel.accountability.acts import reverse

HOOK = {"name": "信贷系统", "url": "https://partner.example.com/in", "events": ["duty.late"], "scopes": ["staff"]}


def nothing(_: World) -> None:
    """Everything stands there already."""


def empty(_: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Opened:
    """One address as the walk opens it."""

    named: Callable[[World], dict[str, Any]] = empty
    sent: Callable[[World], dict[str, Any]] = empty
    first: Callable[[World], None] = nothing


def steel(world: World) -> dict[str, Any]:
    return {"pk": world.portfolio.steel.pk}


def one(model: Any) -> Callable[[World], dict[str, Any]]:
    """The first row of a table that the world has one of."""
    return lambda world: {"pk": model.objects.order_by("pk").first().pk}


def volume(world: World) -> dict[str, Any]:
    return {"pk": Volume.objects.get().pk}


def b(world: World) -> dict[str, Any]:
    return {"pk": world.cast.b.pk}


def a(world: World) -> dict[str, Any]:
    return {"pk": world.cast.a.pk}


def hook_delivery(_: World) -> dict[str, Any]:
    found = Delivery.objects.get()
    return {"pk": found.hook_id, "delivery": found.pk}


def items(world: World) -> dict[str, Any]:
    return {"items": list(HandOverItem.objects.filter(hand_over=world.list).values_list("pk", flat=True))}


def unlist(world: World) -> None:
    world.list.delete()


def leave_out(world: World) -> None:
    """A visit is missing on the list."""
    HandOverItem.objects.filter(hand_over=world.list).first().delete()  # type: ignore[union-attr]


def propose_all(world: World) -> None:
    told = {"by": world.cast.manager, "actor": "M01", "door": "page"}
    proposals.keep_the_rest(department=world.department, quarter=LAST, clients=None, **told)
    at.file_measure(world)


def hand_in_table(world: World) -> None:
    propose_all(world)
    digest = get_table(department=world.department, quarter=LAST, clients=None).digest
    told = {"by": world.cast.manager, "actor": "M01", "door": "page"}
    kind = reports.FilingKind.CLASSIFICATION_REPORT
    reports.file(department=world.department, quarter=LAST, kind=kind, filed_on=TODAY, signing=Signing(digest), **told)


def last_step() -> int:
    """The last handing in."""
    return FilingStep.objects.latest("pk").pk


def sign_table(world: World) -> dict[str, Any]:
    table = get_table(department=world.department, quarter=LAST, clients=None)
    return {"digest": table.digest, "signed": "on"}


def appeal_file(world: World) -> dict[str, Any]:
    filed = Appeal.objects.get()
    return {"pk": filed.pk, "file": Attachment.objects.get(kind="appeal", subject_id=filed.pk).pk}


def void_appeal(world: World) -> None:
    at.file_appeal(world)
    reverse(world.penalty)


def upload(world: World) -> dict[str, Any]:
    return {"token": uploads.keep(kind="grades", file=at.table_csv()).token}


def marked(world: World) -> dict[str, Any]:
    kept = uploads.keep(kind="grades", file=at.table_csv())
    uploads.keep_marked(kept, language="zh-hans", content=b"PK")
    return {"token": kept.token}


def move_choices(world: World) -> dict[str, Any]:
    taken = {f"a-{one.guarantee.pk}": world.cast.a.pk for one in at.list_holdings(world.cast.b, on=TODAY)}
    return {"effective_on": "2026-10-21", "because": "离职", "step": "confirm", **taken}


def signer(world: World) -> dict[str, Any]:
    """The place of 李乙, whose work was handed over."""
    place = MoveSigner.objects.get(staff=world.cast.b)
    return {"pk": place.move_id, "signer": place.pk}


def version(world: World) -> dict[str, Any]:
    newest = RuleVersion.objects.order_by("pk").last()
    assert newest is not None
    return {"text": as_yaml(newest).replace("2016-04-01", "2027-01-01")}


def deputy(world: World) -> dict[str, Any]:
    return {"pk": world.cast.a.pk, "deputy": Deputy.objects.get(staff=world.cast.a).pk}


def planned_post(world: World) -> dict[str, Any]:
    return {"pk": world.cast.a.pk, "posting": Posting.objects.filter(staff=world.cast.a).latest("effective_on").pk}


def file_of(model: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"pk": world.visit.pk, "number": model.objects.filter(subject_id=world.visit.pk)[0].pk}


def visited(world: World) -> dict[str, Any]:
    return {"pk": world.visit.pk}


def table(world: World) -> dict[str, Any]:
    return world.table


def plan(world: World) -> dict[str, Any]:
    return world.plan


def story(world: World) -> dict[str, Any]:
    return world.story


def quarter(world: World) -> dict[str, Any]:
    return {"quarter": "2026Q3"}


def notice(world: World) -> dict[str, Any]:
    return {"pk": Notice.objects.filter(staff=world.cast.a).latest("pk").pk}


def robot(_: World) -> dict[str, Any]:
    return {"channel": "wecom"}


def contacts(world: World) -> dict[str, Any]:
    return {"name-legal": "陈大海", "seen": stamp_of(get_reached(world.portfolio.steel))}


MONTH = {"month": "2026-10"}
OPENED: dict[str, Opened] = {
    "clients.one": Opened(steel),
    "clients.visit": Opened(steel, lambda world: at.filled(world) | {"on": "2026-10-16"}),
    "clients.visit.files": Opened(steel, lambda _: {"key": str(uuid4()), "file": at.photo()}),
    "clients.visit.draft": Opened(steel, drafted.sent),
    "onsite.draft": Opened(drafted.named, first=drafted.keep),
    "onsite.draft.file": Opened(drafted.file, first=drafted.keep),
    "onsite.draft.discard": Opened(drafted.named, lambda _: {"because": "不去了"}, drafted.keep),
    "clients.identity": Opened(steel, lambda _: {"reason": "check"}),
    "clients.contacts": Opened(steel, contacts),
    "clients.contacts.whole": Opened(steel, lambda _: {"reason": "visit"}),
    "clients.grade": Opened(steel, lambda _: {"grade": "4", "effective_on": "2026-10-15", "because": "停产"}),
    "clients.order": Opened(steel, lambda _: {"urgency": "2", "ordered_on": "2026-10-20", "because": "回款慢"}),
    "clients.measure": Opened(
        lambda world: steel(world) | {"quarter": "2026Q3"},
        lambda world: {
            "text": "压降",
            "filed_on": "2026-10-20",
            "text-0": "核对",
            "due_on-0": "2026-11-30",
            **world.people,
            "responsible-0": world.cast.b.pk,
        },
    ),
    "measures.done": Opened(one(MeasureAction), first=at.file_measure),
    "measures.why": Opened(one(MeasureAction), first=at.file_measure),
    "duties.why": Opened(lambda world: {"key": Duty.objects.filter(party=world.portfolio.steel).latest("key").key}),
    "visits.one": Opened(visited),
    "visits.add": Opened(visited, lambda _: {"text": "补充：老板已回"}),
    "visits.report": Opened(visited),
    "visits.file": Opened(file_of(Attachment)),
    "visits.signature": Opened(file_of(Signature)),
    "grading.quarter": Opened(quarter),
    "grading.table": Opened(table),
    "grading.row": Opened(
        lambda world: {**world.table, "client": world.portfolio.steel.pk},
        lambda _: {"grade": "3", "because": "回款变慢", "seen": "0"},
    ),
    "grading.several": Opened(
        table, lambda world: {"grade": "1", "because": "现金充足", "client": [f"{world.portfolio.steel.pk}:0"]}
    ),
    "grading.rest": Opened(table),
    "grading.sign": Opened(table, sign_table, propose_all),
    "grading.review": Opened(table, lambda _: {"verb": "accept", "step": last_step()}, hand_in_table),
    "reports.quarter": Opened(quarter),
    "reports.department": Opened(table),
    "reports.file": Opened(lambda world: {**world.table, "kind": "classification_report"}, first=propose_all),
    "reports.form": Opened(lambda world: {**world.table, "form": "classification", "ending": "pdf"}),
    "people.one": Opened(b),
    "people.move": Opened(b, move_choices),
    "moves.one": Opened(one(WorkMove), first=at.move_work),
    "moves.sign": Opened(signer, first=at.move_work),
    "moves.paper": Opened(one(WorkMove), first=at.move_work),
    "risk.quarter": Opened(quarter),
    "risk.file": Opened(lambda _: {"quarter": "2026Q3", "code": "department"}),
    "risk.table": Opened(lambda _: {"quarter": "2026Q3", "code": "department"}),
    "overview.file": Opened(lambda _: {"code": "product"}),
    "overview.table": Opened(lambda _: {"code": "product"}),
    "plan.department": Opened(plan),
    "plan.weeks": Opened(plan),
    "plan.weeks.file": Opened(plan),
    "plan.several": Opened(plan, lambda world: {"deed": "set", "key": plan_row(world).key, "day": "11-09"}),
    "plan.hand-in": Opened(plan, first=spread),
    "plan.review": Opened(plan, seen_plan, hand_in_plan),
    "plan.appointment": Opened(dated, arranged, spread),
    "plan.day": Opened(
        lambda world: {**world.plan, "key": plan_row(world).key}, lambda _: {"planned_on": "11-09", "seen": ""}
    ),
    "handover.one": Opened(table),
    "handover.receipt": Opened(one(HandOverReceipt)),
    "handover.begin": Opened(table, first=unlist),
    "handover.refresh": Opened(table, first=leave_out),
    "handover.give": Opened(table, lambda _: {"all": "1", "medium": "paper"}),
    "handover.withdraw": Opened(table, items, at.give),
    "handover.receive": Opened(table, lambda _: {"all": "1"}, at.sign),
    "handover.back": Opened(table, lambda world: {**items(world), "because": "缺页"}, at.sign),
    "handover.sign": Opened(table, lambda _: {"go": "1"}, at.give),
    "handover.accept": Opened(table, lambda _: {"cabinet": "3号柜", "retention_years": "10"}, at.receive),
    "handover.rule": Opened(sent=lambda _: {"prefix": "BH", "retention_years": "20"}),
    "handover.volume": Opened(volume),
    "handover.contents": Opened(volume),
    "handover.move": Opened(volume, lambda _: {"cabinet": "5号柜", "shelf": "第1层"}),
    "handover.lend": Opened(
        volume,
        lambda _: {"borrower": "A01", "purpose": "查阅", "borrowed_on": "2026-10-20", "due_on": "2026-11-03"},
    ),
    "handover.destroy": Opened(
        sent=lambda _: {"volume": [Volume.objects.get().pk], "because": "保管期满"}, first=at.expire
    ),
    "handover.destroyed": Opened(one(Destruction), first=at.destroy),
    "handover.return": Opened(volume, lambda _: {"returned_on": "2026-10-21"}, at.lend),
    "imports": Opened(sent=lambda _: {"kind": "grades", "file": at.table_csv()}),
    "imports.mappings": Opened(
        sent=lambda _: {
            "kind": "grades",
            "name": "银行",
            "file": SimpleUploadedFile("m.toml", '[columns]\ngrade = "等级"\n'.encode()),
        }
    ),
    "imports.mapping": Opened(one(ImportMapping), first=at.keep_columns),
    "imports.mapping.remove": Opened(one(ImportMapping), first=at.keep_columns),
    "imports.columns": Opened(upload, lambda _: {"do": "look"}),
    "imports.check": Opened(upload, lambda _: {"take": "whole"}),
    "imports.marked": Opened(marked),
    "runs.run": Opened(sent=lambda _: {"retry": "0"}),
    "runs.job": Opened(one(Job), first=at.fail_job),
    "runs.job.progress": Opened(one(Job), first=at.fail_job),
    "runs.job.again": Opened(one(Job), first=at.fail_job),
    "rule-book.version": Opened(lambda _: {"number": RuleVersion.objects.order_by("pk")[0].pk}),
    "rule-book.add": Opened(sent=version),
    "start": Opened(sent=lambda _: {"on": "2026-01-01", "because": "启用"}),
    "check.one": Opened(lambda _: {"code": Seal.objects.order_by("pk")[0].code}),
    "penalties.file": Opened(lambda _: {**MONTH, "ending": "pdf"}),
    "penalties.statement.month": Opened(lambda _: MONTH),
    "penalties.statement.person": Opened(lambda world: {**MONTH, "staff": world.cast.a.pk}),
    "penalties.file.person": Opened(lambda world: {**MONTH, "staff": world.cast.a.pk, "ending": "xlsx"}),
    "penalties.story": Opened(story),
    "penalties.waive": Opened(story, lambda _: {"amount": "10", "because": "停电"}),
    "penalties.reverse": Opened(story, lambda _: {"because": "记错了户"}),
    "approvals.one": Opened(one(Proposal), lambda _: {"answer": "approve"}, at.ask_waiver),
    "approvals.withdraw": Opened(one(Proposal), first=at.ask_waiver),
    "approvals.settings": Opened(sent=lambda _: {"kind": "penalty.waive", "checked": "0", "because": "人手少"}),
    "penalties.appeal": Opened(story, lambda _: {"text": "当日停电"}),
    "appeals.decide": Opened(one(Appeal), lambda _: {"verdict": "cancelled", "because": "属实"}, at.file_appeal),
    "appeals.withdraw": Opened(one(Appeal), first=at.file_appeal),
    "appeals.close": Opened(one(Appeal), first=void_appeal),
    "appeals.list": Opened(first=at.file_appeal),
    "reports.list": Opened(quarter),
    "reports.measures": Opened(table, first=at.file_measure),
    "appeals.file": Opened(appeal_file, first=at.file_appeal),
    "people.add": Opened(
        sent=lambda _: {"staff_no": "N01", "name": "新人", "post": "general_manager", "effective_on": "2026-10-20"}
    ),
    "people.department": Opened(sent=lambda _: {"department": "创新业务部"}),
    "people.post": Opened(
        a,
        lambda world: {
            "post": "department_manager",
            "effective_on": "2026-12-01",
            "because": "晋升",
            "department": world.department.pk,
        },
    ),
    "people.post.back": Opened(planned_post, first=at.plan_post),
    "people.leave": Opened(
        lambda world: {"pk": world.hired["C01"].pk}, lambda _: {"effective_on": "2026-12-01", "because": "辞职"}
    ),
    "people.login": Opened(a),
    "people.entrance": Opened(a, lambda _: {"do": "lift"}),
    "people.factors": Opened(sent=lambda _: {"post": ["admin"]}),
    "login": Opened(sent=lambda _: {"username": "A01", "password": "wrong"}),
    "confirm": Opened(sent=lambda _: {"password": "wrong"}),
    "people.deputy": Opened(
        b,
        lambda world: {
            "first_on": "2026-11-02",
            "last_on": "2026-11-03",
            "because": "年假",
            "deputy": world.cast.outsider.pk,
        },
    ),
    "people.deputy.end": Opened(deputy),
    "audit.act": Opened(one(Act)),
    "system.read-only": Opened(sent=lambda _: {"close": "1", "because": "升级，到 20:00 止"}),
    "notices.open": Opened(notice, first=at.tell),
    "notices.read": Opened(first=at.tell),
    "notices.mine": Opened(sent=lambda _: {"digest_at": "07:30"}),
    "notices.company": Opened(sent=lambda _: {"digest_at": "07:30", "quiet_from": "21:00", "quiet_to": "07:00"}),
    "notices.address": Opened(robot, lambda _: {"said": at.ROBOT}),
    "notices.try": Opened(robot, first=at.keep_robot),
    "notices.remove": Opened(robot, first=at.keep_robot),
    "outbox.again": Opened(one(Message), first=at.fail_message),
    "outbox.stop": Opened(one(Message), first=at.wait_message),
    "hooks.add": Opened(sent=lambda _: HOOK),
    "hooks.one": Opened(one(Hook), first=at.add_hook),
    "hooks.change": Opened(one(Hook), lambda _: HOOK, at.add_hook),
    "hooks.pause": Opened(one(Hook), lambda _: {"because": "对方升级"}, at.add_hook),
    "hooks.resume": Opened(one(Hook), first=at.pause_hook),
    "hooks.secret": Opened(one(Hook), lambda _: {"hours": "24"}, at.add_hook),
    "hooks.ping": Opened(one(Hook), first=at.add_hook),
    "hooks.remove": Opened(one(Hook), first=at.add_hook),
    "hooks.delivery": Opened(hook_delivery, first=at.end_delivery),
    "hooks.again": Opened(hook_delivery, first=at.end_delivery),
    "tokens": Opened(sent=lambda _: {"name": "取数", "days": "30"}),
    "tokens.revoke": Opened(one(Token), first=at.make_token),
    "systems": Opened(sent=lambda _: {"code": "finance", "name": "财务系统", "post": "auditor"}),
    "systems.one": Opened(one(System), lambda _: {"name": "取数", "days": "30"}, at.add_system),
    "set-money": Opened(sent=lambda _: {"money": "wan"}),
    "set_language": Opened(sent=lambda _: {"language": "en"}),
}
"""Addresses that name something, or take something; the others are opened as they are."""
