"""Handing over and the archive: why something goes back, where a volume stands, who borrows it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.guarantee.forms.fields import day_field, reason_field
from baohou.kernel.papers.archive import Place
from baohou.kernel.people.models import Staff
from baohou.kernel.people.queries import find_staff
from baohou.kernel.saying import in_words

FIELD_OF = {
    "退回理由": "because",
    "销毁理由": "because",
    "柜号": "cabinet",
    "存放位置": "cabinet",
    "保管期限": "retention_years",
    "借阅用途": "purpose",
    "借出日": "borrowed_on",
    "应还日": "due_on",
    "归还日": "returned_on",
    "卷号字头": "prefix",
}
"""The field of these forms that a refusal means by the word it uses."""


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put a refusal beside its field, or above the form when it is about none of its fields."""
    name = FIELD_OF.get(refusal.where, "")
    form.add_error(name if name in form.fields else None, in_words(refusal.message))


class BackForm(forms.Form):
    """Why reports go back to the department."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"] = reason_field(label=_("退回理由"), help_text=_("写明缺什么、要补什么，部门照此补齐。"))


class DestroyForm(forms.Form):
    """Why volumes are destroyed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label, help_text = _("销毁理由"), _("写明鉴定意见，如：保管期满，无继续保存价值。印在销毁清册上。")
        self.fields["because"] = reason_field(label=label, help_text=help_text)


class PlaceForm(forms.Form):
    """Where a volume stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cabinet"] = forms.CharField(
            label=_("柜号"),
            max_length=32,
            help_text=_("如 3号柜。"),
            error_messages={"required": _("请填写存放的柜号。")},
        )
        self.fields["shelf"] = forms.CharField(
            label=_("层号"), max_length=32, required=False, help_text=_("如 第2层；不分层的可不填。")
        )

    def place(self) -> Place:
        """The place filled in; only after is_valid()."""
        return Place(self.cleaned_data["cabinet"], self.cleaned_data["shelf"])


def _retention_fields() -> dict[str, forms.Field]:
    return {
        "retention_years": forms.IntegerField(
            label=_("保管年限"),
            required=False,
            min_value=1,
            help_text=_("自立卷次年 1 月 1 日起算，按本公司档案管理制度填写。"),
        ),
        "for_good": forms.BooleanField(label=_("永久保管"), required=False),
    }


class _Kept(forms.Form):
    """Adds how long a volume is kept: so many years, or for good."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("for_good"):
            said["retention_years"] = None
        elif not said.get("retention_years") and "retention_years" not in self.errors:
            self.add_error("retention_years", _now("请填写保管年限，或勾选永久保管。"))
        return said


class AcceptForm(PlaceForm, _Kept):
    """Taking in a department's reports: where the volume stands and how long it is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _retention_fields()


class RuleForm(_Kept):
    """How volumes are numbered and kept unless somebody says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prefix"] = forms.CharField(
            label=_("卷号字头"),
            max_length=16,
            help_text=_("卷号为 字头-季度-部门-顺序号；改字头只用于以后立的卷。"),
        )
        self.fields |= _retention_fields()


class LoanForm(forms.Form):
    """Lending a volume to someone until a day."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["borrower"] = forms.CharField(
            label=_("借阅人"),
            help_text=_("工号，或没有重名的姓名。"),
            error_messages={"required": _("请填写借阅人。")},
        )
        self.fields["purpose"] = forms.CharField(
            label=_("借阅用途"), max_length=255, error_messages={"required": _("请写明借阅用途。")}
        )
        self.fields["borrowed_on"] = day_field(label=_("借出日"), latest=latest)
        self.fields["due_on"] = day_field(label=_("应还日"))

    def clean_borrower(self) -> Staff:
        """The person meant."""
        found = find_staff(said=self.cleaned_data["borrower"])
        if found is None:
            raise forms.ValidationError(_now("没有这位员工，或姓名有重复；请填工号。"))
        return found


class ReturnForm(forms.Form):
    """Taking a volume back."""

    def __init__(self, *args: Any, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["returned_on"] = day_field(label=_("归还日"), latest=latest)
