"""How the walk calls each operation: what its path names in the world, what has to stand there first, what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from baohou.day.models import Job
from baohou.guarantee.models import HandOverReceipt, MeasureAction, WorkMove
from baohou.kernel.accountability.models import Appeal
from baohou.kernel.api.models import System, Token
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.audit.models import Act
from baohou.kernel.hooks.models import Hook
from baohou.kernel.outbox.models import Message
from baohou.kernel.papers.models import Attachment, Destruction, ImportMapping, Seal, Volume
from baohou.kernel.rulebook.models import RuleVersion
from tests.api.named import (
    Told,
    a_draft,
    appeal_file,
    checked,
    client,
    contacts_body,
    delivery,
    deputy,
    duty,
    items,
    mapping_body,
    measure_body,
    measured,
    move_body,
    mover,
    new_person,
    new_post,
    one,
    planned,
    posting,
    said,
    shift,
    shut,
    staff,
    stand_in,
    story,
    system_token,
    table_digest,
    table_verdict,
    ticked,
    visit_body,
    visited,
)
from tests.desk import drafted, opened, walking
from tests.desk import planned as planned_visits
from tests.desk.conftest import TODAY
from tests.desk.opened import empty, nothing
from tests.desk.walking import World


@dataclass(frozen=True)
class Called:
    """One operation as the walk calls it; ``form`` when what is sent is no JSON."""

    named: Told = empty
    sent: Told | None = None
    first: Callable[[World], None] = nothing
    asked: str = ""
    form: bool = False


PERSON = Called(staff)
HOOK = one("hook", Hook)
PROPOSAL = one("proposal", Proposal)
LISTED = Called(opened.table)
RECEIPT = one("receipt", HandOverReceipt)
VOLUME = one("volume", Volume)
DESTRUCTION = one("destruction", Destruction)
APPEAL = one("appeal", Appeal)
MONTH = {"month": "2026-10"}
CALLED: dict[str, Called] = {
    "clients_one": Called(client),
    "clients_guarantees": Called(client),
    "clients_list_grades": Called(client),
    "time_lines_time_line": Called(client),
    "clients_special_orders": Called(client),
    "time_lines_measures": Called(client),
    "clients_change_grade": Called(client, said(grade="risk", effective_on="2026-10-15", because="停产")),
    "clients_identity": Called(client, said(because="check")),
    "contacts_one": Called(client),
    "contacts_keep": Called(client, contacts_body),
    "contacts_whole": Called(client, said(what="phones", because="打电话")),
    "clients_order_special": Called(client, said(urgency="high", ordered_on="2026-10-20", because="回款慢")),
    "duties_one": Called(duty),
    "duties_why": Called(duty),
    "plans_list_states": Called(opened.quarter),
    "plans_one": Called(opened.plan),
    "plans_list_visits": Called(opened.plan),
    "plan_loads_load": Called(opened.plan),
    "plan_loads_gone": Called(opened.plan),
    "plan_loads_weeks": Called(opened.plan),
    "plans_set_date": Called(planned, said(planned_on="2026-11-09", seen=None)),
    "plans_arrange": Called(
        planned_visits.dated,
        lambda world: {
            "seen": str(planned_visits.dated_row(world).planned_on),
            "appointment": {"arranged_on": str(TODAY), "contact": "林总", "channel": "phone"},
        },
        planned_visits.spread,
    ),
    "plans_set_dates": Called(
        opened.plan,
        lambda world: {"visits": [{"key": planned_visits.plan_row(world).key}], "planned_on": "2026-11-09"},
    ),
    "plans_shift": Called(opened.plan, shift, planned_visits.spread),
    "plans_clear": Called(opened.plan, lambda world: {"visits": ticked(world)}, planned_visits.spread),
    "plans_spread": Called(opened.plan, said(first="2026-10-20", last="2026-12-31")),
    "plans_hand_in": Called(opened.plan, first=planned_visits.spread),
    "plans_review": Called(opened.plan, planned_visits.seen_plan, planned_visits.hand_in_plan),
    "visits_one": Called(visited),
    "visits_keep_file": Called(client, lambda _: {"key": str(uuid4()), "file": walking.photo()}, form=True),
    "drafts_one": Called(a_draft, first=drafted.keep),
    "drafts_file": Called(lambda world: a_draft(world) | {"file": drafted.file(world)["sha256"]}, first=drafted.keep),
    "drafts_save": Called(lambda world: client(world) | {"draft": UUID(int=3)}, drafted.body),
    "drafts_discard": Called(a_draft, said(because="不去了"), drafted.keep),
    "visits_record": Called(client, visit_body),
    "visits_add": Called(visited, said(text="补充：老板已回")),
    "visits_report_file": Called(visited),
    "visits_attachment": Called(lambda world: opened.file_of(Attachment)(world) | visited(world)),
    "visits_signature": Called(visited),
    "grading_list_states": Called(opened.quarter),
    "grading_one": LISTED,
    "grading_list_lines": LISTED,
    "grading_propose": Called(
        lambda world: {**world.table, **client(world)}, said(grade="watch", because="回款变慢", seen=0)
    ),
    "grading_propose_many": Called(
        opened.table,
        lambda world: {
            "grade": "good",
            "because": "现金充足",
            "clients": [{"client": world.portfolio.steel.pk, "seen": 0}],
        },
    ),
    "grading_keep_the_rest": LISTED,
    "grading_hand_in": Called(opened.table, table_digest, opened.propose_all),
    "grading_review": Called(opened.table, table_verdict, opened.hand_in_table),
    "measures_one": Called(measured, first=walking.file_measure),
    "measures_file_measure": Called(measured, measure_body),
    "measures_list_to_do": Called(first=walking.file_measure),
    "measures_finish": Called(one("action", MeasureAction), first=walking.file_measure),
    "measures_list_watched": LISTED,
    "measures_list_reports": Called(opened.quarter),
    "measures_file_report": Called(
        lambda world: {**world.table, "kind": "classification_report"}, first=opened.propose_all
    ),
    "measures_form_file": Called(lambda world: {**world.table, "form": "classification", "ending": "pdf"}),
    "hand_overs_one": LISTED,
    "hand_overs_list_items": LISTED,
    "hand_overs_begin": Called(opened.table, first=opened.unlist),
    "hand_overs_refresh": Called(opened.table, first=opened.leave_out),
    "hand_overs_give": Called(opened.table, said(medium="paper")),
    "hand_overs_withdraw": Called(opened.table, lambda world: {"items": items(world)}, walking.give),
    "hand_overs_receive": Called(opened.table, said(), walking.sign),
    "hand_overs_send_back": Called(
        opened.table, lambda world: {"items": items(world), "because": "缺页"}, walking.sign
    ),
    "hand_overs_sign_over": Called(opened.table, first=walking.give),
    "hand_overs_sign_for": Called(opened.table, said(cabinet="3号柜", retention_years=10), walking.receive),
    "hand_overs_receipt_file": Called(RECEIPT),
    "archive_one_volume": Called(VOLUME),
    "archive_contents_file": Called(VOLUME),
    "archive_move_volume": Called(VOLUME, said(cabinet="5号柜", shelf="第1层")),
    "archive_lend": Called(
        VOLUME,
        lambda world: {
            "borrower": world.cast.a.pk,
            "purpose": "查阅",
            "borrowed_on": "2026-10-20",
            "due_on": "2026-11-03",
        },
    ),
    "archive_take_back": Called(VOLUME, said(returned_on="2026-10-20"), walking.lend),
    "archive_destroy": Called(
        sent=lambda _: {"volumes": [Volume.objects.get().pk], "because": "保管期满"}, first=walking.expire
    ),
    "archive_one_destruction": Called(DESTRUCTION, first=walking.destroy),
    "archive_destroyed_file": Called(DESTRUCTION, first=walking.destroy),
    "archive_set_rule": Called(sent=said(prefix="BH", retention_years=20)),
    "moves_to_move": Called(mover),
    "moves_preview": Called(mover, move_body),
    "moves_move_work": Called(mover, move_body),
    "moves_one": Called(one("move", WorkMove), first=walking.move_work),
    "moves_list_guarantees": Called(one("move", WorkMove), first=walking.move_work),
    "moves_list_duties": Called(one("move", WorkMove), first=walking.move_work),
    "moves_list_moved_drafts": Called(one("move", WorkMove), first=walking.move_work),
    "moves_list_actions": Called(one("move", WorkMove), first=walking.move_work),
    "moves_sign": Called(
        lambda world: {"move": (place := opened.signer(world))["pk"], "signer": place["signer"]},
        first=walking.move_work,
    ),
    "moves_paper_file": Called(one("move", WorkMove), first=walking.move_work),
    "imports_upload": Called(sent=lambda _: {"kind": "grades", "file": walking.table_csv()}, form=True),
    "imports_one": Called(opened.upload),
    "imports_columns": Called(opened.upload),
    "imports_check": Called(opened.upload),
    "imports_take": Called(checked, said(how="whole")),
    "imports_map_by": Called(opened.upload, said(content='[columns]\ngrade = "等级"\n')),
    "imports_marked": Called(opened.marked),
    "imports_keep": Called(sent=mapping_body),
    "imports_remove": Called(one("mapping", ImportMapping), first=walking.keep_columns),
    "numbers_overview_file": Called(said(code="product")),
    "numbers_risk_tables": Called(opened.quarter),
    "numbers_risk_file": Called(said(quarter="2026Q3", code="department")),
    "accountability_one": Called(story),
    "accountability_add_waiver": Called(story, said(amount_fen=1000, because="停电")),
    "accountability_add_reversal": Called(story, said(because="记错了户")),
    "accountability_file_appeal": Called(story, said(text="当日停电"), form=True),
    "accountability_one_appeal": Called(APPEAL, first=walking.file_appeal),
    "accountability_decide": Called(APPEAL, said(verdict="cancelled", because="属实"), walking.file_appeal),
    "accountability_withdraw": Called(APPEAL, first=walking.file_appeal),
    "accountability_close": Called(APPEAL, first=opened.void_appeal),
    "accountability_appeal_file": Called(appeal_file, first=walking.file_appeal),
    "accountability_statement": Called(said(**MONTH)),
    "accountability_statement_file": Called(said(**MONTH, ending="xlsx")),
    "accountability_personal": Called(lambda world: {**MONTH, **staff(world)}),
    "accountability_personal_file": Called(lambda world: {**MONTH, **staff(world), "ending": "xlsx"}),
    "accountability_decide_go_live": Called(sent=said(on="2026-01-01", because="启用")),
    "people_add_department": Called(sent=said(name="创新业务部")),
    "people_add_person": Called(sent=new_person),
    "people_one": Called(mover),
    "people_change_post": Called(staff, new_post),
    "people_take_back": Called(posting, first=walking.plan_post),
    "people_leave": Called(
        lambda world: {"staff": world.hired["C01"].pk}, said(effective_on="2026-12-01", because="辞职")
    ),
    "people_login": PERSON,
    "entrance_login": PERSON,
    "entrance_lift": PERSON,
    "entrance_end": PERSON,
    "entrance_reset_factor": Called(staff, first=walking.set_factor),
    "entrance_demand_of": Called(staff, said(wanted=True)),
    "entrance_demands": Called(),
    "entrance_demand": Called(sent=said(everyone=False, posts=["admin"])),
    "credentials_mine": Called(),
    "credentials_revoke_mine": Called(one("credential", Token), first=walking.make_token),
    "credentials_systems": Called(),
    "credentials_add": Called(sent=said(code="finance", name="财务系统", post="auditor")),
    "credentials_of_system": Called(one("system", System), first=walking.add_system),
    "credentials_revoke": Called(system_token, first=walking.add_system),
    "outbox_counts": Called(),
    "people_name_deputy": Called(mover, stand_in),
    "people_end_deputy": Called(deputy),
    "book_add_version": Called(sent=opened.version),
    "seals_one": Called(lambda _: {"code": Seal.objects.order_by("pk")[0].code}),
    "book_one_version": Called(one("version", RuleVersion)),
    "book_changes": Called(one("act", Act)),
    "book_one_act": Called(one("act", Act)),
    "day_run_day": Called(sent=said(retry=False)),
    "day_one_job": Called(one("job", Job), first=walking.fail_job),
    "day_job_again": Called(one("job", Job), first=walking.fail_job),
    "notices_read": Called(sent=said(), first=walking.tell),
    "notices_set_habits": Called(sent=said(digest_at="07:30")),
    "notices_set_address": Called(said(channel="wecom"), said(said=walking.ROBOT)),
    "notices_remove_address": Called(said(channel="wecom"), first=walking.keep_robot),
    "notices_try_address": Called(said(channel="wecom"), first=walking.keep_robot),
    "notices_set_hours": Called(sent=said(digest_at="07:30", quiet_from="21:00", quiet_to="07:00")),
    "outbox_again": Called(one("message", Message), first=walking.fail_message),
    "outbox_stop": Called(one("message", Message), first=walking.wait_message),
    "approvals_one": Called(PROPOSAL, first=walking.ask_waiver),
    "approvals_approve": Called(PROPOSAL, first=walking.ask_waiver),
    "approvals_refuse": Called(PROPOSAL, said(because="依据不足"), walking.ask_waiver),
    "approvals_withdraw": Called(PROPOSAL, first=walking.ask_waiver),
    "approvals_set_check": Called(sent=said(kind="penalty.waive", checked=False, because="人手少")),
    "hooks_add": Called(sent=said(**opened.HOOK)),
    "hooks_one": Called(HOOK, first=walking.add_hook),
    "hooks_change": Called(HOOK, said(**opened.HOOK), walking.add_hook),
    "hooks_remove": Called(HOOK, first=walking.add_hook),
    "hooks_pause": Called(HOOK, said(because="对方升级"), walking.add_hook),
    "hooks_resume": Called(HOOK, first=walking.pause_hook),
    "hooks_rotate": Called(HOOK, said(hours=24), walking.add_hook),
    "hooks_ping": Called(HOOK, first=walking.add_hook),
    "hooks_deliveries": Called(HOOK, first=walking.end_delivery),
    "hooks_delivery": Called(delivery, first=walking.end_delivery),
    "hooks_again": Called(delivery, first=walking.end_delivery),
    "upkeep_shut": Called(sent=said(because="升级，到 20:00 止")),
    "upkeep_reopen": Called(first=shut),
}
"""Operations that name something, or take something; the others are called as they are."""
