"""Whether rows that are never edited still stand as the chain says they were written: for proofs of other apps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.db.models import Model, QuerySet
from django.utils import timezone

from baohou.kernel.audit.capture import snapshot
from baohou.kernel.audit.chunks import spread
from baohou.kernel.audit.models import Change
from baohou.kernel.audit.proofs import Asked, Found

_AT_ONCE = 500


def prove(
    *models: type[Model], only: Callable[[QuerySet[Model]], QuerySet[Model]] = lambda rows: rows
) -> Callable[[Asked], Found]:
    """A proof that rows stand as the act that wrote them last says, and that none came by another way.

    ``only`` narrows the rows to those that are written one by one. Rows from before the audit told rows are counted
    and said, not proven.
    """

    def run(asked: Asked) -> Found:
        found = Found()
        for model in models:
            _prove(model, only(model._base_manager.order_by("pk")), asked, found)
        return found

    return run


def _prove(model: type[Model], rows: QuerySet[Model], asked: Asked, found: Found) -> None:
    title = str(model._meta.label)
    told = Change.objects.filter(table=model._meta.label)
    if asked.since is not None:
        told = told.filter(act__at__gte=timezone.make_aware(datetime.combine(asked.since, time.min)))
    said: dict[int, tuple[int, object]] = {}
    for change in told.order_by("pk").iterator(chunk_size=_AT_ONCE):
        for one in spread([change]):
            if one.row is not None:
                said[one.row] = change.act_id, one.after
    first, earlier = min(said, default=None), 0
    for row in rows.iterator(chunk_size=_AT_ONCE):
        if row.pk not in said:
            if first is None or row.pk < first or asked.since is not None:
                earlier += 1
            else:
                found.fault(f"{title} 第 {row.pk} 行：没有一条留痕写过它。")
            continue
        act, after = said.pop(row.pk)
        now = snapshot(row)
        was = after if isinstance(after, dict) else {}
        if after is not None and now == {**dict.fromkeys(now), **was}:  # a column that came later is empty
            found.proven += 1
            continue
        columns = [name for name in now if now[name] != was.get(name)]
        found.fault(f"{title} 第 {row.pk} 行的 {'、'.join(columns)} 与留痕 {act} 写下的不同。", _at(act))
    for number, (act, after) in said.items():
        if after is not None:
            found.fault(f"{title} 第 {number} 行不见了；它由留痕 {act} 写下。", _at(act))
    if earlier and asked.since is None:
        found.said.append(f"{title} 有 {earlier} 行早于逐行留痕，不在证明之内")


def _at(act: int) -> str:
    change = Change.objects.filter(act=act).select_related("act").first()
    return f"{timezone.localtime(change.act.at):%Y-%m-%d %H:%M:%S}" if change else ""
