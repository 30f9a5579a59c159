"""The policy: which post may do what, how far, and whether a deputy may. Pages and docs/access.md follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from baohou.kernel.people.models import Post


class Reach(Enum):
    """How far a person sees: own clients, the department's, or everyone's."""

    OWN = "own"
    DEPARTMENT = "department"
    ALL = "all"


class Right(Enum):
    """Acts that not everyone may do."""

    RECORD_VISIT = "record_visit"
    PROPOSE_GRADE = "propose_grade"
    CHANGE_GRADE = "change_grade"
    ORDER_SPECIAL = "order_special"
    PLAN_VISIT = "plan_visit"
    FILE_REPORT = "file_report"
    FILE_MEASURE = "file_measure"
    REVIEW_REPORT = "review_report"
    KEEP_ARCHIVE = "keep_archive"
    WAIVE = "waive"
    SEE_UNOWNED = "see_unowned"
    SEE_EVERYTHING = "see_everything"
    OVERSEE = "oversee"
    ADMINISTER = "administer"
    SEE_PEOPLE = "see_people"
    MOVE_WORK = "move_work"
    SEE_IDENTITY = "see_identity"
    KEEP_CONTACTS = "keep_contacts"
    SEE_AUDIT = "see_audit"
    CHECK_PENALTY = "check_penalty"
    CHECK_GRADE = "check_grade"
    CHECK_RULES = "check_rules"
    CHECK_IMPORT = "check_import"
    CHECK_POST = "check_post"
    CHECK_ARCHIVE = "check_archive"


@dataclass(frozen=True)
class Rule:
    """A row of the policy: a right in words, and the reach within which each post has it; other posts do not.

    ``deputy``: whether who stands in for a person uses it on what only the absent one reaches. ``but`` says what the
    verbs themselves check beyond post and reach.
    """

    right: Right
    what: str
    posts: Mapping[Post, Reach]
    deputy: bool = True
    but: str = ""


class Thing(Enum):
    """What an address names; each value is whom the guard that fetches it lets see it, everyone else gets 404."""

    CLIENT = "客户：有一笔担保在本人范围内"
    VISIT = "回访：客户在本人范围内"
    DRAFT = "回访草稿：写的人；移交之后是接手的人"
    DUTY = "任务：责任人是本人或被代办人，或部门、客户在本人范围内"
    MEASURE = "处置措施：客户在本人范围内，或由本人办理"
    QUARTER = "季度：任何人，只决定看哪一季"
    DEPARTMENT = "部门：本人所在或看得到全部的部门"
    WHOLE_DEPARTMENT = "部门：看得到全部的部门"
    PLANNED_DEPARTMENT = "部门：本人所在、看得到全部、或管着其中担保的部门"
    HANDED_DEPARTMENT = "部门移交清单：看得到全部的部门，或其中有本人做的回访"
    VOLUME = "案卷：看得到全部的部门，或其中有本人做的回访"
    STAFF = "员工：本人，或部门在本人范围内"
    FINED = "受罚人：本人，或有处罚记录在本人范围内"
    MOVE = "工作移交：签字人，或移交人在本人范围内"
    STORY = "处罚：本人的，或部门在本人范围内"
    APPEAL = "申诉：处罚在本人范围内"
    JOB = "长任务：本人发起的；管理员、审计员看全部"
    UPLOAD = "上传的文件：凭只有上传人知道的编号，一天内有效"
    MAPPING = "列对应：全公司共用"
    RULE_VERSION = "制度版本：全公司共用"
    TABLE = "总览表：全公司"
    ACT = "操作记录：全公司"
    NOTICE = "通知：收到它的本人"
    CHANNEL = "通知渠道：本人的地址"
    MESSAGE = "待发的消息：全公司"
    HOOK = "对外推送：全公司"
    CREDENTIAL = "接口令牌：本人的；系统的由管理员管"
    SYSTEM = "外部系统：全公司"
    PROPOSAL = "提请复核的事：提请人、有权复核的人、看操作记录的人"
    SEAL = "封存编号：持有纸件的任何人，页面上没有个人信息"


_PM, _DM = Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER
_RS, _RM, _GM = Post.RISK_SUPERVISOR, Post.RISK_MANAGER, Post.GENERAL_MANAGER
_ADMIN, _AUDITOR, _CLERK = Post.ADMIN, Post.AUDITOR, Post.CLERK

REACH: dict[Post, Reach] = {
    _PM: Reach.OWN,
    _DM: Reach.DEPARTMENT,
    _RS: Reach.ALL,
    _RM: Reach.ALL,
    _GM: Reach.ALL,
    _ADMIN: Reach.ALL,
    _AUDITOR: Reach.ALL,
    _CLERK: Reach.OWN,
}
"""How far each post sees: what it fetches through the guards, whatever it does with it."""

READS_ONLY = frozenset({_AUDITOR})
"""Posts that open every page to read, with or without its right, and change nothing."""


def _held_by(*posts: Post) -> dict[Post, Reach]:
    return {post: REACH[post] for post in posts}


_NOT_OWN = "不能复核自己提请的、关系到本人的、正由自己代办的人提请的"

POLICY: tuple[Rule, ...] = (
    Rule(
        Right.RECORD_VISIT,
        "记录回访、补充已封存的回访报告",
        _held_by(_PM, _DM, _RS, _RM),
        but="客户已移交的，回访日那天的A角、B角及其代办人仍可记那天的回访",
    ),
    Rule(
        Right.PLAN_VISIT,
        "排回访计划日期",
        _held_by(_PM, _DM),
        but="项目经理只排本人任A角或B角的回访；被代办人的要由其部门经理排",
        deputy=False,
    ),
    Rule(Right.PROPOSE_GRADE, "季末拟定分类", _held_by(_PM, _DM), but="代办人须与被代办人同部门"),
    Rule(Right.FILE_MEASURE, "填报处置措施、办结其中的事项", _held_by(_PM, _DM), but="事项由其责任人办结"),
    Rule(Right.CHANGE_GRADE, "平时调整分类", _held_by(_DM, _RM)),
    Rule(Right.ORDER_SPECIAL, "安排专项回访", _held_by(_DM, _RS, _RM, _GM)),
    Rule(
        Right.FILE_REPORT,
        "签字上报计划、分类表、措施与移交",
        _held_by(_DM),
        deputy=False,
        but="只为本人任经理的部门签",
    ),
    Rule(Right.REVIEW_REPORT, "接收或退回上报、点收移交", _held_by(_RS, _RM)),
    Rule(Right.KEEP_ARCHIVE, "管理案卷的位置、借阅与保管期，提请销毁到期的", _held_by(_RS, _RM)),
    Rule(Right.WAIVE, "减免处罚、裁定申诉", _held_by(_RM, _GM), but="不能裁定本人的"),
    Rule(Right.CHECK_PENALTY, "复核减免与冲回", _held_by(_RM, _GM), but=_NOT_OWN, deputy=False),
    Rule(Right.CHECK_GRADE, "复核平时调入、调出风险类", _held_by(_RS, _RM, _GM), but=_NOT_OWN, deputy=False),
    Rule(Right.CHECK_RULES, "复核制度版本、复核范围的改动", _held_by(_RM, _GM), but=_NOT_OWN, deputy=False),
    Rule(Right.CHECK_IMPORT, "复核改动已有数据的导入", _held_by(_RM, _GM, _ADMIN), but=_NOT_OWN, deputy=False),
    Rule(Right.CHECK_POST, "复核岗位变动", _held_by(_RM, _GM, _ADMIN), but=_NOT_OWN, deputy=False),
    Rule(Right.CHECK_ARCHIVE, "复核案卷销毁", _held_by(_RM, _GM), but=_NOT_OWN, deputy=False),
    Rule(Right.MOVE_WORK, "移交某人的全部工作、为其安排代办", _held_by(_DM, _ADMIN)),
    Rule(
        Right.SEE_IDENTITY,
        "看完整的证件号码",
        _held_by(_PM, _DM, _RS, _RM),
        but="平时遮盖；每次显示须写原因，记入操作记录",
    ),
    Rule(
        Right.KEEP_CONTACTS,
        "记客户的联系人和还款账户、看完整的电话和账号",
        _held_by(_PM, _DM),
        but="平时遮盖；每次显示须写原因，记入操作记录",
    ),
    Rule(Right.SEE_PEOPLE, "看人员名录", _held_by(_DM, _RS, _RM, _GM, _ADMIN, _AUDITOR)),
    Rule(Right.SEE_UNOWNED, "看没有责任人的任务", _held_by(_RS, _RM, _GM, _ADMIN, _AUDITOR)),
    Rule(Right.SEE_EVERYTHING, "看风险视图与经营总览", _held_by(_RS, _RM, _GM, _ADMIN, _AUDITOR)),
    Rule(Right.OVERSEE, "菜单里有风险视图", _held_by(_RS, _RM, _AUDITOR)),
    Rule(Right.SEE_AUDIT, "看操作记录", _held_by(_RM, _GM, _ADMIN, _AUDITOR)),
    Rule(Right.ADMINISTER, "导入数据、改制度、管人员与登录、跑日终", _held_by(_ADMIN)),
)

RIGHTS: dict[Post, frozenset[Right]] = {
    post: frozenset(rule.right for rule in POLICY if post in rule.posts) for post in REACH
}
