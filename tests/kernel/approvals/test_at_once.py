"""Two checkers at once: one approves, the other is told that it has been answered."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection

from baohou.core.errors import Refused
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.kernel.approvals.conftest import person
from tests.kernel.approvals.test_approvals import KINDS


@pytest.mark.django_db(transaction=True)
def test_of_two_checkers_at_once_one_wins(manned: Portfolio) -> None:
    """孙戊 and 王庚 both check what 赵己's department manager asked for: the grade is given once."""
    proposal = KINDS["grade.risk"][0](manned).proposal
    assert proposal is not None
    people = [person(manned.cast.supervisor), person(manned.cast.general_manager)]
    start, said = Barrier(2), []

    def check(place: int) -> None:
        try:
            start.wait(timeout=900)
            answered = services.approve(proposal=proposal, by=people[place], on=TODAY, door="page")
            said.append(State(answered.state).name)
        except Refused as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=check, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=900)
    assert sorted(said) == ["APPROVED", "approvals.answered"]
    assert Proposal.objects.get().state == State.APPROVED
    assert manned.steel.grade_changes.count() == 1
    assert not Entry.objects.filter(kind=EntryKind.WAIVER).exists()
