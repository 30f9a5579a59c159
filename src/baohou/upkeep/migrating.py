"""What bringing the database up or taking it back would do, said before it is done; refused where it can't be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.watch.readonly import writing_allowed
from baohou.upkeep.copies.schema import unknown

ZERO = "zero"


@dataclass(frozen=True)
class Step:
    """One migration to be done or taken back: what it does, what is lost by taking it back, or why it can't be."""

    name: str
    does: list[str]
    loses: list[str]
    stuck: str = ""


@dataclass(frozen=True)
class Plan:
    """The steps in their order, and doing them."""

    steps: list[Step]
    _executor: MigrationExecutor
    _targets: list[Any]

    @property
    def is_fresh(self) -> bool:
        """Whether the database has no tables yet."""
        return bool(self.steps) and not self._executor.loader.applied_migrations

    def carry_out(self) -> None:
        """Do it, also while the house is read-only: upgrading is what that is for."""
        stuck = [step for step in self.steps if step.stuck]
        if stuck:
            message = say(
                "%(name)s 退不回去：%(stuck)s请改从升级前的备份恢复（baohou restore）。",
                name=stuck[0].name,
                stuck=stuck[0].stuck,
            )
            raise Refused("upkeep.irreversible", message)
        with writing_allowed():
            self._executor.migrate(self._targets)


def plan_forward() -> Plan:
    """What brings the database to this release. Refused when it has been at a newer one."""
    executor = MigrationExecutor(connection)
    _refuse_newer()
    targets = executor.loader.graph.leaf_nodes()
    steps = [Step(_name(one), _says(one), []) for one, _back in executor.migration_plan(targets)]
    return Plan(steps, executor, list(targets))


def plan_back(app: str, name: str) -> Plan:
    """What takes an app's tables back to a migration (``zero``: to none). Refused for one that there is not."""
    executor = MigrationExecutor(connection)
    _refuse_newer()
    if app not in executor.loader.migrated_apps:
        known = "、".join(sorted(executor.loader.migrated_apps))
        raise Refused("upkeep.no_app", "没有“%(app)s”。可以写：%(known)s。", app=app, known=known)
    names = sorted(step for of, step in executor.loader.disk_migrations if of == app)
    if name != ZERO and name not in names:
        raise Refused(
            "upkeep.no_migration",
            "“%(app)s”没有“%(name)s”这一步。可以写：%(listed)s。",
            app=app,
            name=name,
            listed="、".join([ZERO, *names]),
        )
    target = (app, None if name == ZERO else name)
    plan = executor.migration_plan([target])
    if any(not back for _one, back in plan):
        raise Refused("upkeep.not_back", "数据库还没有到“%(app)s.%(name)s”，不用退。", app=app, name=name)
    steps = [Step(_name(one), _says(one), list(_losses(one, executor)), why_stuck(one)) for one, _back in plan]
    return Plan(steps, executor, [target])


def why_stuck(migration: Migration) -> str:
    """Why a migration can't be taken back, in Chinese; empty when it can."""
    if all(operation.reversible for operation in migration.operations):
        return ""
    because: str = getattr(migration, "irreversible_because", "")
    return because or "它没有说怎么退。"


def _refuse_newer() -> None:
    if newer := unknown(list(MigrationRecorder(connection).applied_migrations())):
        named = f"{newer[0][0]}.{newer[0][1]}"
        raise Refused(
            "upkeep.database_newer", "这个数据库由更新的版本升级过（%(named)s）。请换用那个版本的程序。", named=named
        )


def _name(migration: Migration) -> str:
    return f"{migration.app_label}.{migration.name}"


def _says(migration: Migration) -> list[str]:
    return [operation.describe() for operation in migration.operations]


def _losses(migration: Migration, executor: MigrationExecutor) -> Iterator[str]:
    """What taking a migration back throws away: tables with rows, columns of tables with rows."""
    state = executor.loader.project_state((migration.app_label, migration.name))
    there = set(connection.introspection.table_names())
    for operation in migration.operations:
        model = _model_of(operation)
        if not model:
            continue
        kept = state.apps.get_model(migration.app_label, model)
        rows = kept._base_manager.count() if kept._meta.db_table in there else 0
        if rows and isinstance(operation, operations.AddField):
            yield f"表 {kept._meta.db_table} 的列 {operation.name}（{rows:,} 行）"
        elif rows:
            yield f"表 {kept._meta.db_table}（{rows:,} 行）"


def _model_of(operation: Operation) -> str:
    match operation:
        case operations.CreateModel():
            return str(operation.name)
        case operations.AddField():
            return str(operation.model_name)
    return ""
