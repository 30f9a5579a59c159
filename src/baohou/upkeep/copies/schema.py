"""The tables that an archive holds, as they were at its migrations; not those that belong to the machine."""

from __future__ import annotations

from typing import Final

from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from baohou.core.errors import Refused
from baohou.core.sayings import say

Node = tuple[str, str]
"""An app's label and the name of one of its migrations."""

OWN: Final = frozenset(
    {
        "django_session",
        "usersessions_usersession",
        "people_cacherow",
        "people_loginfailure",
        "watch_readonly",
        "watch_backup",
    }
)
"""Tables that tell of an installation and not of its data: who is or failed to be logged in, whether it is closed, its
copies."""


def shipped() -> list[Node]:
    """The migrations of this release."""
    return sorted(MigrationLoader(None).disk_migrations)


def applied(using: str) -> list[Node]:
    """The migrations that a database has been brought to. Refused when it lacks some of this release's."""
    done = set(MigrationRecorder(connections[using]).applied_migrations())
    mine = set(shipped())
    if mine - done:
        raise Refused("upkeep.not_migrated", "数据库还没有升级到这个版本，请先运行 baohou migrate。")
    return sorted(done & mine)


def unknown(nodes: list[Node]) -> list[Node]:
    """Those migrations that this release does not have."""
    mine = set(shipped())
    return [node for node in nodes if node not in mine]


def leaves_of(nodes: list[Node]) -> list[Node]:
    """Those migrations on which none of the others stands."""
    known, graph = set(nodes), MigrationLoader(None).graph
    return [node for node in nodes if not any(child.key in known for child in graph.node_map[node].children)]


def bring_to(nodes: list[Node]) -> None:
    """Bring the database to exactly these migrations, forwards or back; call it when the tables are empty.

    Refused when a migration behind them can't be taken back, or the database has been at a newer release.
    """
    now = list(MigrationRecorder(connection).applied_migrations())
    if unknown(now):
        message = say("这个数据库由更新的版本升级过。请用那个版本的程序恢复，或恢复到一个新建的空库。")
        raise Refused("upkeep.database_newer", message)
    if set(now) == set(nodes):
        return
    wanted = leaves_of(nodes)
    if set(now) < set(nodes):
        MigrationExecutor(connection).migrate(wanted)
        return
    without = sorted({app for app, _name in shipped()} - {app for app, _name in wanted})
    for target in [*((app, None) for app in without), *wanted]:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan([target])
        fixed = [one for one, back in plan if back and not all(step.reversible for step in one.operations)]
        if fixed:
            message = say(
                "现在的数据库结构退不回备份时的样子（%(fixed)s）。请建一个新的空库，恢复到那里。", fixed=fixed[0]
            )
            raise Refused("upkeep.irreversible", message)
        if plan:
            executor.migrate([target], plan)


def models_at(nodes: list[Node]) -> dict[str, type[Model]]:
    """The models by table as they were at some migrations, but those of OWN."""
    state = MigrationLoader(None).project_state(leaves_of(nodes))
    models = state.apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in models if model._meta.db_table not in OWN}
