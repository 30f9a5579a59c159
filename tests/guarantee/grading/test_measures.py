"""A disposal measure written by two people, and written anew when some of it is done (PGM.10)."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.models import Measure, MeasureAction
from baohou.guarantee.services import measures
from baohou.guarantee.services.measures import Action
from baohou.kernel.audit.models import Act
from tests.guarantee.grading.conftest import EIGHTH, LAST, Room

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.10")]
NOVEMBER = date(2026, 11, 30)


def _write(room: Room, text: str, *actions: Action, seen: int, actor: str = "B01") -> Measure:
    cast = room.of.cast
    return measures.file(
        client=room.of.steel,
        quarter=LAST,
        text=text,
        department_manager=cast.manager,
        manager_a=cast.b,
        manager_b=cast.a,
        filed_on=EIGHTH,
        actions=actions,
        seen=seen,
        actor=actor,
        door="page",
    )


def _to_do() -> list[tuple[str, date | None]]:
    return [(one.text, one.done_on) for one in MeasureAction.objects.order_by("pk")]


def test_the_second_of_two_is_told_what_the_first_wrote(room: Room) -> None:
    """李乙 and 张甲 both saw no measure; 李乙 writes one: 张甲's is refused with 李乙's words, and may then be decided."""
    cast = room.of.cast
    first = _write(room, "压降敞口", Action("每周核对回款", cast.b, NOVEMBER), seen=0)
    before = Act.objects.count()
    with pytest.raises(Refused) as refused:
        _write(room, "追加抵押", Action("办理抵押登记", cast.a, NOVEMBER), seen=0, actor="A01")
    assert (refused.value.code, Act.objects.count()) == ("guarantee.measure.overtaken", before)
    assert "李乙已为东方钢铁有限公司填报了处置措施：“压降敞口”" in refused.value.message
    assert (Measure.objects.get().text, _to_do()) == ("压降敞口", [("每周核对回款", None)])
    _write(room, "追加抵押", Action("办理抵押登记", cast.a, NOVEMBER), seen=first.act_id or 0, actor="A01")
    assert (Measure.objects.get().text, _to_do()) == ("追加抵押", [("办理抵押登记", None)])


def test_the_same_words_sent_twice_are_no_conflict(room: Room) -> None:
    """The answer was lost and 李乙 presses again: nothing is refused, and nothing is there twice."""
    both = [Action("每周核对回款", room.of.cast.b, NOVEMBER)] * 2
    first = _write(room, "压降敞口", *both, seen=0)
    again = _write(room, "压降敞口", *both, seen=0)
    assert again.act_id == first.act_id
    assert _to_do() == [("每周核对回款", None)] * 2
    _write(room, "压降敞口，追加质押", *both, seen=first.act_id or 0)
    assert _to_do() == [("每周核对回款", None)] * 2


def test_what_is_done_stays_whatever_is_written_anew(room: Room) -> None:
    """李乙 has called in October; the measure is written anew in other words, then for November: the call stays done."""
    cast = room.of.cast
    first = _write(room, "压降敞口", Action("核对回款", cast.b, NOVEMBER), Action("走访", cast.a, NOVEMBER), seen=0)
    measures.finish(action=MeasureAction.objects.get(text="核对回款"), on=EIGHTH, by=cast.b, actor="B01", door="page")
    second = _write(room, "追加抵押", Action("办理抵押登记", cast.a, NOVEMBER), seen=first.act_id or 0)
    assert _to_do() == [("核对回款", EIGHTH), ("办理抵押登记", None)]
    december = Action("核对回款", cast.b, date(2026, 12, 31))
    third = _write(room, "追加抵押", Action("核对回款", cast.b, NOVEMBER), december, seen=second.act_id or 0)
    assert _to_do() == [("核对回款", EIGHTH), ("核对回款", None)]
    MeasureAction.objects.filter(done_on=None).update(done_on=EIGHTH)
    _write(room, "都已办结", seen=third.act_id or 0)
    assert _to_do() == [("核对回款", EIGHTH), ("核对回款", EIGHTH)]


def test_an_action_written_away_meanwhile_cannot_be_done(room: Room) -> None:
    """李乙 ticks what 张甲 has just written away."""
    cast = room.of.cast
    first = _write(room, "压降敞口", Action("核对回款", cast.b, NOVEMBER), seen=0)
    action = MeasureAction.objects.select_related("measure__client", "responsible").get()
    _write(room, "追加抵押", Action("办理抵押登记", cast.a, NOVEMBER), seen=first.act_id or 0)
    with pytest.raises(Refused) as refused:
        measures.finish(action=action, on=EIGHTH, by=cast.b, actor="B01", door="page")
    assert refused.value.code == "guarantee.action.gone"
