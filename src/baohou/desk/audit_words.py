"""What acts and their doors are called on screen."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word = str | Promise

VERBS: Final[dict[str, Word]] = {
    "accountability.appeal": _("提出申诉"),
    "accountability.decide_appeal": _("裁定申诉"),
    "accountability.waive": _("减免处罚"),
    "archive.lend": _("借出卷宗"),
    "archive.move": _("移动卷宗"),
    "archive.set_rule": _("改归档规则"),
    "archive.take_back": _("收回卷宗"),
    "day.guarantee.duties": _("日终：推算应办事项"),
    "day.guarantee.penalties": _("日终：处罚记账"),
    "grades.change": _("改风险分类"),
    "grades.take_table": _("取入分类表"),
    "hand_overs.begin": _("开始移交"),
    "hand_overs.refresh": _("更新移交清单"),
    "hand_overs.give": _("逐份交出"),
    "hand_overs.receive": _("逐份收到"),
    "hand_overs.send_back": _("退回报告"),
    "hand_overs.withdraw": _("撤回移交"),
    "hand_overs.sign_for": _("签收移交"),
    "hand_overs.sign_over": _("签字移交"),
    "mappings.keep": _("保存导入映射"),
    "mappings.remove": _("删除导入映射"),
    "measures.file": _("填报措施"),
    "measures.finish": _("办结措施"),
    "moves.move_work": _("移交工作"),
    "moves.sign": _("签工作移交清单"),
    "orders.order_special": _("安排特别回访"),
    "people.add_department": _("新增部门"),
    "people.add_person": _("新增人员"),
    "people.change_password": _("改自己的密码"),
    "people.change_post": _("改岗位"),
    "people.end_deputy": _("结束代理"),
    "people.give_login": _("开通登录"),
    "people.make_first_admin": _("建第一个管理员"),
    "people.make_logins": _("批量开通登录"),
    "people.name_deputy": _("指定代理"),
    "people.reset_login": _("重置密码"),
    "people.take_back": _("撤回岗位变动"),
    "plans.clear": _("清除计划日期"),
    "plans.set_date": _("定计划日期"),
    "plans.set_dates": _("批量定计划日期"),
    "plans.shift": _("平移计划"),
    "plans.spread": _("均衡计划"),
    "proposals.keep_the_rest": _("其余维持分类"),
    "proposals.propose": _("拟定分类"),
    "proposals.propose_many": _("批量拟定分类"),
    "reports.file": _("上报报表"),
    "reports.accepted": _("接收报表"),
    "reports.handed_in": _("再次上报"),
    "reports.returned": _("退回报表"),
    "rulebook.load": _("装入制度"),
    "settings.go_live": _("定上线日"),
    "visits.add": _("补充回访报告"),
    "visits.record": _("记录回访"),
    "import.staff": _("导入人员"),
    "remove.staff": _("按文件删除人员"),
    "import.portfolio": _("导入在保项目"),
    "remove.portfolio": _("按文件删除在保项目"),
    "import.managers": _("导入项目经理"),
    "remove.managers": _("按文件删除项目经理"),
    "import.grades": _("导入分类"),
    "remove.grades": _("按文件删除分类"),
    "import.visits": _("导入回访"),
    "remove.visits": _("按文件删除回访"),
    "import.orders": _("导入特别回访"),
    "remove.orders": _("按文件删除特别回访"),
    "import.filings": _("导入上报"),
    "remove.filings": _("按文件删除上报"),
}
DOORS: Final[dict[str, Word]] = {"page": _("网页"), "api": _("接口"), "command": _("命令行"), "day": _("日终")}


def name_of(verb: str) -> Word:
    """What an act is called; the verb itself when it has no name."""
    return VERBS.get(verb, verb)
