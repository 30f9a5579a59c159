"""What files, jobs, notices and messages tell of people goes when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from baohou.day.models import Job, JobState
from baohou.day.retention import JOBS
from baohou.guarantee.services.retention import IMPORTS
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.retention import delete_due, list_due
from baohou.kernel.notices.models import Notice
from baohou.kernel.notices.retention import NOTICES
from baohou.kernel.notices.services import tell
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.outbox.retention import MESSAGES
from baohou.kernel.papers.models import StoredFile
from tests.cast import HEADINGS, PORTFOLIO, Portfolio
from tests.desk.conftest import TODAY, Enter, enter, jobs_in_place
from tests.kernel.approvals.conftest import manned, told

__all__ = ["enter", "jobs_in_place", "manned"]
pytestmark = pytest.mark.django_db
TOLD = {"actor": "", "door": "command"}
UPDATED = (*PORTFOLIO[0][:6], "5200000", *PORTFOLIO[0][7:])


def _proposed(admin: Any) -> Proposal:
    text = "\n".join(",".join(line) for line in (HEADINGS["portfolio"], UPDATED)).encode()
    sent = {"kind": "portfolio", "file": SimpleUploadedFile("在保.csv", text)}
    check = admin.post("/imports/", sent, follow=True).request["PATH_INFO"]
    admin.post(check, {"take": "update"})
    return Proposal.objects.filter(kind="import").latest("pk")


def test_a_proposed_file_goes_a_month_after_its_answer(manned: Portfolio, enter: Enter) -> None:
    """While it waits it stays, however long; a second proposal of the same file holds it."""
    admin = enter(manned.cast.admin)
    proposal = _proposed(admin)
    file = StoredFile.objects.get(sha256=proposal.payload["sha256"])
    later = TODAY + timedelta(days=400)
    assert list_due(IMPORTS, on=later) == []
    services.refuse(proposal=proposal, because="不对", **told(manned.cast.general_manager))
    assert list_due(IMPORTS, on=TODAY + timedelta(days=29)) == []
    again = _proposed(admin)
    [due] = list_due(IMPORTS, on=later)
    assert due.held
    services.withdraw(proposal=again, **told(manned.cast.admin))
    assert delete_due(IMPORTS, on=later, **TOLD) == 2
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert list_due(IMPORTS, on=later) == []
    assert Act.objects.get(verb="retention.delete").facts["rule"] == "imports"


def test_what_a_job_found_goes(manned: Portfolio) -> None:
    ended, soon = timezone.now(), timezone.localdate() + timedelta(days=91)
    job = Job.objects.create(kind="day", by="X01", active=False, state=JobState.DONE, ended_at=ended, result={"a": 1})
    Job.objects.create(kind="day", by="X01")
    assert list_due(JOBS, on=timezone.localdate() + timedelta(days=89)) == []
    assert [due.row for due in list_due(JOBS, on=soon)] == [job.pk]
    assert delete_due(JOBS, on=soon, **TOLD) == 1
    assert Job.objects.get().active


def test_notices_and_messages_go_by_the_day(manned: Portfolio) -> None:
    """What is still to be sent stays."""
    Notice.objects.all().delete()
    Message.objects.all().delete()
    for _ in range(3):
        tell(person=manned.cast.a, kind="login.factor_reset", title="知会", text="", url="/", on=TODAY)
    now = timezone.now()
    for n, state in enumerate((State.SENT, State.WAITING)):
        sent = now if state == State.SENT else None
        Message.objects.create(channel="mail", key=f"k{n}", to="x", title="x", state=state, due_at=now, sent_at=sent)
    later = timezone.localdate() + timedelta(days=400)
    [due] = list_due(NOTICES, on=later)
    assert f"{Notice.objects.count()} 条" in due.what
    delete_due(NOTICES, on=later, **TOLD)
    delete_due(MESSAGES, on=later, **TOLD)
    assert not Notice.objects.exists()
    assert [one.state for one in Message.objects.filter(key__startswith="k")] == [State.WAITING]
