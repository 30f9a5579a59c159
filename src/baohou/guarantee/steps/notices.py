"""Step 3: tell people what became late and what it cost them, and write this morning's digest."""

from __future__ import annotations

from baohou.day.registry import Counts, Task
from baohou.guarantee.queries.digest import list_digests, list_newly_late
from baohou.guarantee.services import events
from baohou.guarantee.services.telling import LATE, tell_loans
from baohou.kernel.accountability.telling import tell_posted
from baohou.kernel.notices.digest import put_digests
from baohou.kernel.notices.reaching import reach
from baohou.kernel.notices.services import Telling, tell_many


def work(task: Task) -> Counts:
    """Tell each person once of each matter of the day; a day run again tells nothing twice.

    When the step never ran, or all is derived anew, nobody is told what became late: that is history. A digest counts
    for its own day only, so that days caught up send none (its message is over before it is written).
    """
    task.progress("写通知", 0.0)
    counts = Counts(read=tell_posted(on=task.on))
    if task.after is not None:
        events.tell_late(after=task.after, on=task.on)
        counts.read += tell_loans(after=task.after, on=task.on)
        late = list_newly_late(after=task.after, on=task.on)
        counts.read += len(late)
        tell_many(
            [Telling(one.person, LATE.code, f"late:{task.on}", one.title, one.text, one.url) for one in late],
            on=task.on,
        )
    task.progress("写晨报", 0.5)
    reaching = reach(None)
    put_digests(list_digests(set(reaching.addresses), on=task.on), reaching=reaching, on=task.on)
    return counts
