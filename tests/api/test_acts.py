"""The audit by API tells what its page tells: from where, about what, its place in the chain, found by words."""

from __future__ import annotations

import pytest

from baohou.kernel.audit import chain
from baohou.kernel.audit.models import Act, Link
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

BODY = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息两期"}


@pytest.fixture
def admin(evening: Portfolio, call_as: CallAs) -> Caller:
    """钱丙 changed the grade of 东方钢铁 by API; 郑辛, the administrator, looks."""
    sent = call_as(evening.cast.manager).send(f"/clients/{evening.steel.pk}/grades", BODY)
    assert sent.status_code == 201
    return call_as(evening.cast.admin)


def test_an_act_tells_from_where_it_came_and_its_place_in_the_chain(admin: Caller) -> None:
    act = Act.objects.get(verb="grades.change")
    assert admin.get(f"/acts/{act.pk}").json()["place"] is None, "it waits to be linked"
    chain.link_pending(everything=True)
    told = admin.get(f"/acts/{act.pk}").json()
    assert told["ip"] == "127.0.0.1" and {"agent", "request"} <= told.keys()
    link = Link.objects.get(act=act)
    assert (told["place"]["position"], told["place"]["sha256"], told["place"]["whole"]) == (
        link.position,
        link.sha256,
        True,
    )
    listed = admin.get("/acts", verb="grades.change").json()["items"]
    assert [(one["id"], one["ip"]) for one in listed] == [(act.pk, "127.0.0.1")]


def test_acts_are_found_by_words_and_by_what_they_are_about(admin: Caller, evening: Portfolio) -> None:
    act = Act.objects.get(verb="grades.change")

    def found(**asked: object) -> list[int]:
        return [one["id"] for one in admin.get("/acts", door="api", **asked).json()["items"]]

    assert act.pk in found(q="欠息两期") and found(q="没有这样的话") == []
    assert act.pk in found(client=evening.steel.pk) and act.pk not in found(client=evening.food.pk)
    assert act.pk in found(q=evening.steel.name)
