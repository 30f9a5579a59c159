"""An auditor reads everything: lists that others have of their own show an auditor those of all."""

from __future__ import annotations

import pytest
from django.test import Client

from baohou.day.jobs import kinds, services
from baohou.kernel.accountability.models import Entry, Verdict
from baohou.kernel.people import postings
from baohou.kernel.people.models import Post, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said
from tests.kernel.accountability.acts import appeal, decide

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.12")]


@pytest.fixture
def auditor(evening: Portfolio, enter: Enter) -> Client:
    """冯审 reads all and changes nothing."""
    told = {"post": Post.AUDITOR, "department": None, "effective_on": TODAY, "actor": "X01", "door": "page"}
    hired: Staff = postings.add_person(staff_no="K01", name="冯审", **told)  # type: ignore[arg-type]
    return enter(hired)


@pytest.fixture
def penalty(evening: Portfolio) -> Entry:
    """50 yuan for a visit that 张甲 did not make."""
    return Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]


def test_who_sees_everyone_sees_every_appeal(evening: Portfolio, penalty: Entry, auditor: Client, enter: Enter) -> None:
    """张甲's appeal, open and decided, for the auditor, the supervisor and the judges; not for 吴外; as Excel too."""
    cast = evening.cast
    filed = appeal(penalty, cast.a, text="当日客户停电")
    readers = [auditor, *(enter(one) for one in (cast.supervisor, cast.risk_manager, cast.admin))]
    for reader in readers[:2]:
        assert "当日客户停电" in said(reader, "/appeals/")
    assert all("当日客户停电" in said(reader, "/appeals/?part=all") for reader in readers)
    decide(filed, Verdict.UPHELD, cast.general_manager)
    assert all("当日客户停电" in said(reader, "/appeals/?part=all") for reader in readers)
    assert auditor.get("/appeals/export.xlsx?part=all").status_code == 200
    assert "当日客户停电" not in said(enter(cast.outsider), "/appeals/?part=all")
    assert 'href="/appeals/"' in said(auditor, "/") and 'href="/appeals/"' in said(readers[1], "/")


def test_an_auditor_sees_the_long_work_of_others(
    evening: Portfolio, auditor: Client, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """郑辛's import stands on the auditor's list and opens; 张甲 sees nothing of it; the way there is shown."""
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    kinds.register(kinds.JobKind("read.by.all", "试", lambda wish, by, tell: {}, lambda wish: "/runs/"))
    job = services.start(kind="read.by.all", by="X01", wish={}, name="台账导入")
    assert "台账导入" in said(auditor, "/jobs/") and "台账导入" in said(auditor, f"/jobs/{job.pk}/")
    assert 'href="/jobs/"' in said(auditor, "/runs/")
    assert auditor.post(f"/jobs/{job.pk}/again/").status_code == 403
    assert "台账导入" not in said(enter(evening.cast.a), "/jobs/")


def test_the_menu_of_an_auditor_leads_to_every_page_of_the_house(auditor: Client) -> None:
    """Imports, the outbox and the state of the system are read as well; visits on site are for those who make them."""
    page = said(auditor, "/")
    for address in ("/imports/", "/outbox/", "/system/", "/approvals/", "/audit/", "/risk/", "/people/"):
        assert f'class="go" href="{address}"' in page, address
    assert 'class="go" href="/onsite/"' not in page
