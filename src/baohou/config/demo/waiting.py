"""What waits in the demonstration: for a second pair of eyes, for a partner's program, for a second factor."""

from __future__ import annotations

from baohou.config.demo.company import DOOR, Company
from baohou.guarantee.models import GradeChange, Guarantee
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services.checked_grades import ask_grade
from baohou.kernel.accountability.checks import ask_waiver
from baohou.kernel.accountability.ledger import find_story
from baohou.kernel.accountability.models import Appeal, Entry
from baohou.kernel.entrance.factors import demand_of
from baohou.kernel.hooks.services import add_hook, pause_hook
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department, Post, Staff

WAIVED_FEN = 2000
WAIVER = "客户当日停电停工，次日已补访，请减免一部分"
TO_RISK = "上月起欠息两期，主要账户被查封"
PARTNER = "信贷系统"
PARTNER_URL = "https://partner.example.com/baohou"
PARTNER_HEARS = ("visit.recorded", "grade.changed", "duty.late")
NOT_READY = "对方接口月底上线，先留着不发"


def tell_partner(company: Company) -> None:
    """A partner's program is told of visits and grades from now on; it is not ready yet, so all of it is kept."""
    admin = company.holder(Post.ADMIN).staff_no
    hook = add_hook(
        name=PARTNER, url=PARTNER_URL, kinds=PARTNER_HEARS, scopes=("clients",), actor=admin, door=DOOR
    ).hook
    pause_hook(hook=hook, because=NOT_READY, actor=admin, door=DOOR)


def ask_for_eyes(company: Company) -> None:
    """A watch client is to become risk, and part of a penalty is to be waived; both wait for another person."""
    client = _watched(company)
    if client is not None:
        speaking = Guarantee.objects.filter(client=client, released_on=None).select_related("department").first()
        department = speaking.department if speaking else company.departments[0]
        head = company.head(department)
        ask_grade(
            client=client,
            grade=Grade.RISK,
            effective_on=company.on,
            because=TO_RISK,
            by=_person(head, Post.DEPARTMENT_MANAGER, department),
            staff=head,
            on=company.on,
            door=DOOR,
        )
    manager = _person(company.holder(Post.GENERAL_MANAGER), Post.GENERAL_MANAGER)
    appealed = Appeal.objects.values("duty_key")
    standing = Entry.objects.filter(dated__lte=company.on, party__isnull=False).exclude(duty_key__in=appealed)
    for entry in standing.order_by("-dated", "pk")[:20]:
        story = find_story(manager, duty_key=entry.duty_key, staff_id=entry.staff_id, on=company.on)
        if story is not None and story.net_fen > WAIVED_FEN:
            ask_waiver(story=story, amount_fen=WAIVED_FEN, because=WAIVER, by=manager, on=company.on, door=DOOR)
            return


def demand_factor(company: Company) -> None:
    """The administrator demands a second factor of the last department's last project manager, who has none yet."""
    admin = company.holder(Post.ADMIN).staff_no
    demand_of(staff=company.managers(company.departments[-1])[-1], wanted=True, actor=admin, door=DOOR)


def _watched(company: Company) -> Party | None:
    """A client in force whose latest grade is watch, the latest graded."""
    held = GradeChange.objects.filter(effective_on__lte=company.on, client__in=_in_force(company))
    seen: set[int] = set()
    for change in held.select_related("client").order_by("-effective_on", "-pk"):
        if change.client_id not in seen and change.grade == Grade.WATCH:
            return change.client
        seen.add(change.client_id)
    return None


def _in_force(company: Company) -> list[int]:
    held = Guarantee.objects.filter(department__in=company.departments, released_on=None)
    return list(held.values_list("client_id", flat=True))


def _person(staff: Staff, post: Post, department: Department | None = None) -> Person:
    """Someone as a page knows them."""
    return Person(staff, post, department.pk if department else None, department.name if department else "")
