"""Two pairs of eyes: what waits, who may check it, what approving does, what refusing leaves as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from baohou.core.errors import Refused
from baohou.guarantee.models import GradeChange
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades
from baohou.guarantee.services.checked_grades import ask_grade
from baohou.kernel.accountability.checks import ask_reversal, ask_waiver
from baohou.kernel.accountability.ledger import Story
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.accountability.services import waive
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.approvals.of_posts import ask_person, ask_post, ask_take_back
from baohou.kernel.approvals.of_rules import ask_version
from baohou.kernel.approvals.of_settings import ask_setting
from baohou.kernel.approvals.queries import Filters, is_on, list_own, list_proposals, list_waiting_for
from baohou.kernel.approvals.services import Asked
from baohou.kernel.audit.models import Act
from baohou.kernel.notices.models import Notice
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.models import Post, Posting, Staff
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.queries import as_yaml, list_versions
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.kernel.approvals.conftest import person, told

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


def story(penalty: Entry) -> Story:
    entries = Entry.objects.filter(duty_key=penalty.duty_key, staff=penalty.staff).order_by("seq")
    return Story(list(entries.select_related("staff", "party")))


def _waiver(world: Portfolio) -> Asked:
    penalty = Entry.objects.filter(staff=world.cast.a, clause="PGM.12").order_by("pk")[0]
    return ask_waiver(story=story(penalty), amount_fen=2000, because="停电属实", **told(world.cast.risk_manager))


def _reversal(world: Portfolio) -> Asked:
    penalty = Entry.objects.filter(staff=world.cast.a, clause="PGM.12").order_by("pk")[0]
    return ask_reversal(story=story(penalty), because="回访记在了另一户名下", **told(world.cast.risk_manager))


def _grade(world: Portfolio) -> Asked:
    said = {"grade": Grade.RISK, "effective_on": SEPTEMBER, "because": "停产"}
    return ask_grade(client=world.steel, **said, staff=world.cast.manager, **told(world.cast.manager))


def _version(world: Portfolio) -> Asked:
    newest = list_versions(rule_set="PGM").last()
    assert newest is not None
    text = as_yaml(newest).replace(newest.name, "2027-01-01").replace(str(newest.effective_on), "2027-01-01")
    return ask_version(text=text.replace("50 元", "80 元"), because="委员会决定", **told(world.cast.admin))


def _post(world: Portfolio) -> Asked:
    said = {"post": Post.CLERK, "effective_on": date(2026, 11, 2), "because": "调动"}
    return ask_post(staff=world.cast.supervisor, department=None, **said, **told(world.cast.admin))


def _setting(world: Portfolio) -> Asked:
    return ask_setting(kind="penalty.waive", checked=False, because="人手少", **told(world.cast.admin))


def _ledger() -> Any:
    return list(Entry.objects.order_by("pk").values_list("pk", "amount_fen"))


def _facts() -> Any:
    """Everything that a proposal could change."""
    return (
        _ledger(),
        list(GradeChange.objects.values_list("client", "grade", "effective_on")),
        list(RuleVersion.objects.order_by("pk").values_list("name", "digest", "ends_on")),
        list(Posting.objects.order_by("pk").values_list("staff", "post", "effective_on")),
        is_on("penalty.waive"),
    )


KINDS: dict[str, tuple[Callable[[Portfolio], Asked], str, str]] = {
    "penalty.waive": (_waiver, "general_manager", "accountability.waive"),
    "penalty.reverse": (_reversal, "general_manager", "accountability.reverse"),
    "grade.risk": (_grade, "risk_manager", "grades.change"),
    "rulebook.version": (_version, "general_manager", "rulebook.load"),
    "people.post": (_post, "general_manager", "people.change_post"),
    "approvals.setting": (_setting, "risk_manager", "approvals.set_check"),
}
"""For each kind: asking for it, somebody who may check it, and the act that carries it out."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asked(manned: Portfolio, kind: str) -> Proposal:
    """What was asked for and waits."""
    found = KINDS[kind][0](manned)
    assert found.waits
    assert found.proposal is not None
    assert found.proposal.kind == kind
    return found.proposal


def checker_of(world: Portfolio, kind: str) -> Staff:
    found = getattr(world.cast, KINDS[kind][1])
    assert isinstance(found, Staff)
    return found


def test_what_waits_changes_nothing_and_is_on_the_checkers_list(manned: Portfolio, kind: str) -> None:
    """The record is as it was; the checker's list has it, the maker's own list too; the checker is told."""
    before = _facts()
    proposal = KINDS[kind][0](manned).proposal
    assert proposal is not None
    assert _facts() == before
    assert Act.objects.get(verb="approvals.ask").facts["sha256"] == proposal.digest
    checker = checker_of(manned, kind)
    assert proposal in list_waiting_for(person(checker), limit=9)
    assert proposal.maker is not None
    assert list_own(person(proposal.maker), refused_since=TODAY, limit=9) == [proposal]
    assert proposal.rows
    assert Notice.objects.filter(staff=checker, kind="approval.waiting").exists()
    assert not Notice.objects.filter(staff=proposal.maker, kind="approval.waiting").exists()


def test_approving_carries_it_out_and_the_acts_name_both(manned: Portfolio, kind: str, asked: Proposal) -> None:
    """The verb's act is the maker's and says who checked; the approval is the checker's and says who made it."""
    before, checker = _facts(), checker_of(manned, kind)
    answered = services.approve(proposal=asked, **told(checker))
    assert answered.state == State.APPROVED
    assert _facts() != before
    done, approved = Act.objects.filter(verb=KINDS[kind][2]).latest("pk"), Act.objects.get(verb="approvals.approve")
    assert (done.by, done.facts["checked_by"], done.facts["proposal"]) == (asked.made_by, checker.staff_no, asked.pk)
    assert (approved.by, approved.facts["made_by"]) == (checker.staff_no, asked.made_by)
    assert Notice.objects.filter(staff=asked.maker, kind="approval.answered").exists()
    with pytest.raises(Refused, match="已批准"):
        services.approve(proposal=asked, **told(checker))


def test_refusing_keeps_the_record_and_its_reason(manned: Portfolio, kind: str, asked: Proposal) -> None:
    before, checker = _facts(), checker_of(manned, kind)
    with pytest.raises(Refused, match="理由"):
        services.refuse(proposal=asked, because="  ", **told(checker))
    services.refuse(proposal=asked, because="证据不足", **told(checker))
    asked.refresh_from_db()
    assert (asked.state, asked.reason, asked.checker) == (State.REFUSED, "证据不足", checker)
    assert _facts() == before
    notice = Notice.objects.get(staff=asked.maker, kind="approval.answered")
    assert "证据不足" in notice.text
    assert asked.maker is not None
    assert list_own(person(asked.maker), refused_since=TODAY, limit=9) == [asked]
    with pytest.raises(Refused, match="已退回"):
        services.approve(proposal=asked, **told(checker))


def test_nobody_checks_their_own_act(manned: Portfolio, kind: str, asked: Proposal) -> None:
    """Neither by the verb nor in the database; nor does anyone without the right."""
    assert asked.maker is not None
    before = _facts()
    for staff in (asked.maker, manned.cast.a, manned.cast.outsider):
        with pytest.raises(Refused) as refused:
            services.approve(proposal=asked, **told(staff))
        assert refused.value.code == "approvals.not_by_you"
    assert _facts() == before
    with pytest.raises(IntegrityError, match="nobody_checks_their_own_act"), transaction.atomic():
        Proposal.objects.filter(pk=asked.pk).update(checker=asked.maker, state=2, decided_at=asked.made_at)


def test_one_waits_for_a_record_at_a_time(manned: Portfolio, kind: str, asked: Proposal) -> None:
    with pytest.raises(Refused, match="还没有复核"):
        KINDS[kind][0](manned)
    assert asked.maker is not None
    services.withdraw(proposal=asked, **told(asked.maker))
    assert KINDS[kind][0](manned).waits


def test_only_the_maker_takes_it_back(manned: Portfolio, kind: str, asked: Proposal) -> None:
    with pytest.raises(Refused, match="提请人本人"):
        services.withdraw(proposal=asked, **told(checker_of(manned, kind)))
    assert asked.maker is not None
    assert services.withdraw(proposal=asked, **told(asked.maker)).state == State.WITHDRAWN
    assert not Notice.objects.filter(kind="approval.answered").exists()


def test_what_was_altered_behind_its_back_is_not_approved(manned: Portfolio, kind: str, asked: Proposal) -> None:
    Proposal.objects.filter(pk=asked.pk).update(payload={**asked.payload, "amount_fen": 1})
    with pytest.raises(Refused, match="摘要不符"):
        services.approve(proposal=asked, **told(checker_of(manned, kind)))


def test_a_record_that_has_changed_since_lapses(manned: Portfolio) -> None:
    """赵己 asks to waive 20 yuan; meanwhile 10 are waived: 王庚's approval does nothing, and 赵己 is told why."""
    proposal = _waiver(manned).proposal
    assert proposal is not None
    penalty = Entry.objects.filter(staff=manned.cast.a, clause="PGM.12").order_by("pk")[0]
    waive(
        duty_key=penalty.duty_key,
        staff=manned.cast.a,
        amount_fen=1000,
        because="先减",
        on=TODAY,
        actor="G01",
        door="page",
    )
    before = _ledger()
    assert services.approve(proposal=proposal, **told(manned.cast.general_manager)).state == State.LAPSED
    assert _ledger() == before
    assert "已有变动" in Notice.objects.get(staff=manned.cast.risk_manager, kind="approval.answered").text


def test_a_grade_given_meanwhile_makes_a_proposal_lapse(manned: Portfolio) -> None:
    proposal = _grade(manned).proposal
    assert proposal is not None
    given = {"grade": Grade.WATCH, "effective_on": date(2026, 8, 1), "because": "回款慢"}
    grades.change(client=manned.steel, **given, by=manned.cast.manager, actor="M01", door="page")
    assert services.approve(proposal=proposal, **told(manned.cast.risk_manager)).state == State.LAPSED
    assert not GradeChange.objects.filter(grade=Grade.RISK).exists()


def test_what_the_verb_refuses_is_refused_to_the_maker_at_once(manned: Portfolio, penalty: Entry) -> None:
    """More than is left of a penalty; a grade without a reason; a post without a department."""
    with pytest.raises(Refused, match="不超过现余额"):
        ask_waiver(story=story(penalty), amount_fen=10**6, because="停电", **told(manned.cast.risk_manager))
    with pytest.raises(Refused, match="理由"):
        said = {"grade": Grade.RISK, "effective_on": SEPTEMBER, "because": " "}
        ask_grade(client=manned.steel, **said, staff=manned.cast.manager, **told(manned.cast.manager))
    assert not Proposal.objects.exists()


def test_the_one_concerned_neither_asks_nor_checks(manned: Portfolio) -> None:
    """王庚's post is to be changed: 王庚 may not check it, 赵己 may; the database says so as well."""
    said = {"department": None, "post": Post.CLERK, "effective_on": date(2026, 11, 2), "because": "退居二线"}
    proposal = ask_post(staff=manned.cast.general_manager, **said, **told(manned.cast.admin)).proposal
    assert proposal is not None
    with pytest.raises(Refused, match="关系到您本人"):
        services.approve(proposal=proposal, **told(manned.cast.general_manager))
    with pytest.raises(IntegrityError, match="nobody_checks_what_is_about_them"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            checker=manned.cast.general_manager, state=2, decided_at=proposal.made_at
        )
    assert services.approve(proposal=proposal, **told(manned.cast.risk_manager)).state == State.APPROVED


def test_a_deputy_does_not_check_what_the_absent_one_made(manned: Portfolio) -> None:
    """赵己 stands in for 王庚, who asked for a waiver."""
    penalty = Entry.objects.filter(staff=manned.cast.a, clause="PGM.12").order_by("pk")[0]
    asked = ask_waiver(story=story(penalty), amount_fen=100, because="停电", **told(manned.cast.general_manager))
    named = {"first_on": TODAY, "last_on": TODAY + timedelta(days=3), "because": "出差"}
    cast = manned.cast
    deputies.name_deputy(staff=cast.general_manager, deputy=cast.risk_manager, **named, actor="G01", door="page")
    assert asked.proposal is not None
    assert list_waiting_for(person(cast.risk_manager), limit=9) == []
    with pytest.raises(Refused, match="代提请人办理"):
        services.approve(proposal=asked.proposal, **told(cast.risk_manager))


def test_where_nobody_else_could_check_it_is_done_and_marked(evening: Portfolio, enter: Any) -> None:
    """Only 郑辛 has a log-in: a change of post is done, stands in the list as 无人可复核, and its act says so."""
    enter(evening.cast.admin)
    asked = _post(evening)
    assert asked.proposal is not None
    assert (asked.proposal.state, asked.proposal.checker) == (State.ALONE, None)
    assert Posting.objects.filter(staff=evening.cast.supervisor, post=Post.CLERK).exists()
    act = Act.objects.get(verb="people.change_post")
    assert (act.facts["checked_by"], act.facts["proposal"]) == ("", asked.proposal.pk)
    assert Act.objects.get(verb="approvals.ask").facts["alone"] is True
    assert list_proposals(person(evening.cast.admin), "all", Filters(state=State.ALONE)).rows == [asked.proposal]


def test_naming_the_only_checker_ones_deputy_does_not_make_one_alone(manned: Portfolio) -> None:
    Staff.objects.exclude(staff_no__in=["R01", "G01"]).update(user=None)
    cast, named = manned.cast, {"first_on": TODAY, "last_on": TODAY, "because": "出差"}
    deputies.name_deputy(staff=cast.general_manager, deputy=cast.risk_manager, **named, actor="G01", door="page")
    penalty = Entry.objects.filter(staff=cast.a, clause="PGM.12").order_by("pk")[0]
    assert ask_waiver(story=story(penalty), amount_fen=100, because="停电", **told(cast.general_manager)).waits


def test_a_kind_that_is_off_is_done_at_once(manned: Portfolio) -> None:
    """The setting itself is checked first; turning 改动复核范围 off is refused."""
    setting = _setting(manned).proposal
    assert setting is not None
    services.approve(proposal=setting, **told(manned.cast.general_manager))
    done = _waiver(manned)
    assert done.proposal is None
    assert done.result.kind == EntryKind.WAIVER
    with pytest.raises(Refused, match="总要复核"):
        services.set_check(kind="approvals.setting", on=False, because="试", actor="X01", door="command")


def test_a_grade_away_from_risk_waits_and_one_to_watch_does_not(manned: Portfolio) -> None:
    cast, said = manned.cast, {"effective_on": SEPTEMBER, "because": "核实"}
    to_watch = ask_grade(
        client=manned.food, grade=Grade.WATCH, **said, staff=cast.risk_manager, **told(cast.risk_manager)
    )
    assert to_watch.proposal is None
    given = {"grade": Grade.RISK, "effective_on": date(2026, 8, 1), "because": "停产"}
    grades.change(client=manned.steel, **given, by=cast.manager, actor="M01", door="page")
    assert ask_grade(client=manned.steel, grade=Grade.NORMAL, **said, staff=cast.manager, **told(cast.manager)).waits


def test_engaging_someone_who_could_check_waits(manned: Portfolio) -> None:
    """A project manager is engaged at once; a second risk manager is there when 赵己 has agreed."""
    told_of = {"department": None, "effective_on": TODAY, **told(manned.cast.admin)}
    assert ask_person(staff_no="C09", name="许文", post=Post.CLERK, **told_of).proposal is None
    asked = ask_person(staff_no="R09", name="何新", post=Post.RISK_MANAGER, **told_of)
    assert asked.waits
    assert not Staff.objects.filter(staff_no="R09").exists()
    assert asked.proposal is not None
    services.approve(proposal=asked.proposal, **told(manned.cast.risk_manager))
    assert Posting.objects.get(staff__staff_no="R09").post == Post.RISK_MANAGER


def test_taking_back_a_planned_post_waits(manned: Portfolio) -> None:
    said = {"post": Post.DEPARTMENT_MANAGER, "effective_on": date(2099, 1, 4), "because": "晋升"}
    department = Posting.objects.get(staff=manned.cast.a).department
    planned = postings.change_post(staff=manned.cast.a, department=department, **said, actor="X01", door="page")
    asked = ask_take_back(posting=planned, **told(manned.cast.admin))
    assert asked.waits
    assert asked.proposal is not None
    services.approve(proposal=asked.proposal, **told(manned.cast.general_manager))
    assert not Posting.objects.filter(pk=planned.pk).exists()


def test_a_rehearsal_leaves_nothing_behind(manned: Portfolio) -> None:
    """Trying a grade plans visits and writes acts; none of it stays."""
    before = Act.objects.filter(verb="grades.change").count(), _facts()
    _grade(manned)
    assert (Act.objects.filter(verb="grades.change").count(), _facts()) == before
    assert connection.in_atomic_block
