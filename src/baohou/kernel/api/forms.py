"""What people fill in to make a token or to have a system known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.kernel.api.tokens import LONGEST, OWN, scopes_of
from baohou.kernel.people.models import IN_SERVICE, Department, Post
from baohou.kernel.saying import in_words

SCOPES = {
    "record_visit": _("记录回访"),
    "propose_grade": _("拟定季末分类"),
    "change_grade": _("调整分类"),
    "order_special": _("下达特别回访"),
    "plan_visit": _("排回访计划"),
    "file_report": _("上报和签字移交"),
    "file_measure": _("填报处置措施"),
    "review_report": _("接收和退回报送"),
    "keep_archive": _("管理档案"),
    "waive": _("减免处罚、裁定申诉"),
    "check_penalty": _("复核减免和冲回"),
    "check_grade": _("复核平时的分类调整"),
    "check_rules": _("复核制度版本"),
    "check_import": _("复核改动已有数据的导入"),
    "check_post": _("复核岗位变动"),
    "check_archive": _("复核案卷销毁"),
    "see_unowned": _("查看无责任人的事项"),
    "see_everything": _("查看统计"),
    "oversee": _("查看风险视图"),
    "see_audit": _("查看留痕"),
    "see_identity": _("查看完整的证件号码"),
    "keep_contacts": _("记联系人和还款账户、查看完整的电话和账号"),
    "administer": _("系统管理和导入"),
    "see_people": _("查看人员"),
    "move_work": _("移交工作"),
    OWN: _("本人的事：移交报告、签字、申诉、安排代办"),
}
"""What each scope is called."""


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form when it is about none of its fields."""
    form.add_error(refusal.where if refusal.where in form.fields else None, in_words(refusal.message))


class TokenForm(forms.Form):
    """A token: what for, what it may do, for how long."""

    name = forms.CharField(
        label=_("用途"),
        max_length=64,
        help_text=_("如 财务系统取数。以后靠它认出这个令牌。"),
        error_messages={"required": _("请写明令牌的用途。")},
    )
    days = forms.IntegerField(
        label=_("有效天数"), min_value=1, max_value=LONGEST, initial=90, help_text=_("到期自动失效，最长 366 天。")
    )

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("能办的事"),
            required=False,
            choices=[(code, SCOPES[code]) for code in scopes_of(post)],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("只勾用得着的。都不勾，只能读取您看得到的内容。"),
        )


class SystemForm(forms.Form):
    """A program that will call."""

    code = forms.CharField(label=_("系统代号"), max_length=32, help_text=_("小写字母、数字和连字符，如 finance。"))
    name = forms.CharField(label=_("系统名称"), max_length=64)

    because = forms.CharField(
        label=_("用途"), max_length=255, required=False, help_text=_("做什么用、由谁维护；复核的人会看到。")
    )

    def __init__(self, *args: Any, departments: Sequence[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = {str(one.pk): one for one in departments}
        self.fields["post"] = forms.ChoiceField(
            label=_("权限相当于"),
            choices=[(post.value, _now(post.label)) for post in Post if post in IN_SERVICE],
            initial=Post.AUDITOR.value,
        )
        self.fields["department"] = forms.ChoiceField(
            label=_("部门"),
            required=False,
            choices=[("", _now("不属于任何部门")), *((pk, one.name) for pk, one in self.departments.items())],
        )

    def facts(self) -> dict[str, Any]:
        """What was filled in; only after is_valid()."""
        said = self.cleaned_data
        return {**said, "post": Post(said["post"]), "department": self.departments.get(said["department"])}
