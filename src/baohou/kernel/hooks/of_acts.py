"""Events of the apps below, which know nothing of hooks: told from the act that they record."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from baohou.kernel.audit.models import Act
from baohou.kernel.hooks.emitting import emit
from baohou.kernel.hooks.events import Event, StaffName, register


@register
class ImportTaken(Event):
    """A part of a file was taken in: what kind of rows, and how many were new, changed and so on."""

    type = "import.taken"
    title = _("导入了数据")

    act: int
    kind: str
    counts: dict[str, int]


@register
class StaffChanged(Event):
    """A person came, changed post, left, or was given or lost a deputy; ``what`` is the verb."""

    type = "staff.changed"
    title = _("人员、任职或代办有变动")

    act: int
    what: str
    staff_no: StaffName = ""


@register
class RulesAdopted(Event):
    """Versions of rule sets were added; each is named by its rule set and its first day."""

    type = "rules.adopted"
    title = _("加入了制度版本")

    act: int
    versions: list[str]


_PEOPLE: Final = frozenset(
    f"people.{verb}" for verb in ("add_person", "change_post", "take_back", "name_deputy", "end_deputy")
)


def tell(act: Act) -> None:
    """Tell partners of an act, when it is one of these."""
    if act.verb in _PEOPLE:
        told = str(act.facts.get("staff_no", ""))
        emit(StaffChanged(act=act.pk, what=act.verb.removeprefix("people."), staff_no=told))
    elif act.verb.startswith(("import.", "remove.")):
        counts = {name: one for name, one in act.facts.items() if isinstance(one, int) and not isinstance(one, bool)}
        emit(ImportTaken(act=act.pk, kind=act.verb, counts=counts))
    elif act.verb == "rulebook.load":
        emit(RulesAdopted(act=act.pk, versions=[str(one) for one in act.facts.get("versions", ())]))
