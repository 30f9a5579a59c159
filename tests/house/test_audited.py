"""No audit, no answer: every verb that writes records an act, or is part of one; this walks the code and says which not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from baohou.day.registry import steps
from baohou.desk.audit_words import VERBS

SOURCE = Path(__file__).parents[2] / "src" / "baohou"
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "create_user"}
BULK = {"add_rows", "set_rows", "change_rows", "thin_rows", "insert_rows", "update_rows"}
ACTS = {"record_act", "act_on"}
ROOMS = ("guarantee/services", "kernel", "day")
LEFT_OUT = ("kernel/audit/", "kernel/columns/", "kernel/papers/reading/", "kernel/papers/printing/", "/migrations/")
WITHOUT = {
    "guarantee/services/set_aside.py:set_aside": "what the day sets aside: its act tells how many",
    "guarantee/services/touch.py:touch": "marks of what the day has to look at",
    "guarantee/services/submissions.py:keep_file": "nobody's file until its visit is submitted; that act tells it",
    "guarantee/services/uploads.py:keep": "a file that waits for a day; asking for it and taking it are acts that name it",
    "guarantee/services/uploads.py:keep_content": "as keep",
    "guarantee/services/uploads.py:map_by": "as keep",
    "guarantee/services/uploads.py:keep_marked": "as keep; a copy of it with its faults marked",
    "guarantee/services/uploads.py:forget": "as keep",
    "guarantee/services/drafts.py:save": "as keep_file; the act that sends, discards or hands it over tells a draft",
    "guarantee/services/drafts.py:begin": "as save",
    "guarantee/services/drafts.py:take_up": "part of the act that sends the visit",
    "guarantee/services/drafts.py:close": "as take_up",
    "guarantee/services/drafts.py:forget_old": "as keep_file",
    "guarantee/services/summaries.py:keep_up": "sums, derived anew from what they add up",
    "guarantee/services/summaries.py:keep_all": "as keep_up",
    "guarantee/services/summaries.py:have_listed": "as keep_up; part of the act that makes the list",
    "guarantee/services/touch.py:take_away": "marks that the day has looked at",
    "guarantee/services/replan.py:replan": "duties are derived; the act of the fact that moved them tells the fact",
    "guarantee/services/replan.py:replan_at_once": "as replan",
    "kernel/duties/store.py:apply": "duties are derived; the day's act tells them in sum",
    "kernel/parties/services.py:add_parties": "part of an import, whose act names the file",
    "kernel/parties/services.py:rename_parties": "part of an import, which tells the names before and after",
    "kernel/parties/services.py:place_parties": "part of an import, which tells the industries before and after",
    "kernel/parties/contacts.py:bring_contacts": "part of an import, whose act it writes its rows into",
    "kernel/parties/services.py:forget_contacts": "as delete_drafts",
    "guarantee/services/retention.py:delete_contacts": "as delete_drafts",
    "guarantee/services/retention.py:delete_drafts": "part of retention.delete, whose act tells what went and why",
    "guarantee/services/retention.py:delete_texts": "as delete_drafts, or part of drafts.discard",
    "guarantee/services/retention.py:anonymise": "as delete_drafts",
    "guarantee/services/retention.py:take_papers": "part of retention.delete or archive.destroy",
    "guarantee/services/retention.py:forget_visits": "as take_papers",
    "guarantee/services/old_tables.py:thin": "as take_papers",
    "guarantee/services/old_tables.py:thin_tables": "as delete_drafts",
    "guarantee/services/old_tables.py:forget_words": "as delete_drafts",
    "guarantee/services/retention.py:discard": "as delete_drafts",
    "guarantee/services/retention.py:delete_imports": "as delete_drafts",
    "kernel/notices/retention.py:delete_notices": "as delete_drafts",
    "kernel/outbox/retention.py:delete_messages": "as delete_drafts",
    "day/retention.py:delete_jobs": "as delete_drafts",
    "kernel/people/retention.py:delete_logins": "as delete_drafts",
    "kernel/people/sessions.py:end_sessions": "part of the act of whoever ends them",
    "kernel/people/sessions.py:rename": "who is logged in belongs to the machine",
    "kernel/people/sessions.py:touch": "as rename",
    "kernel/people/sessions.py:forget": "as rename",
    "kernel/people/sessions.py:sweep": "as rename",
    "kernel/people/throttle.py:take": "counts failures; each is told by entrance.diary",
    "kernel/people/throttle.py:succeeded": "as take",
    "kernel/entrance/letting_in.py:enter": "entrance.diary writes the act; while the house is read-only, the log",
    "kernel/entrance/letting_in.py:finish": "as enter",
    "kernel/entrance/letting_in.py:let_in_by_issuer": "as enter",
    "kernel/entrance/views.py:code_page": "as enter",
    "kernel/entrance/views.py:log_out": "as enter",
    "kernel/entrance/views.py:password_page": "calls password_changed, which is one",
    "kernel/parties/services.py:erase": "as delete_drafts",
    "day/jobs/beats.py:give": "signs of life of a job, whose work writes its acts",
    "day/jobs/beats.py:beating": "as give",
    "day/jobs/services.py:start": "what a job does writes its acts, by whoever asked and from where that was",
    "day/jobs/services.py:start_again": "as start",
    "kernel/accountability/telling.py:tell_posted": "notices tell of acts that are written down themselves",
    "kernel/notices/services.py:tell": "as tell_posted",
    "kernel/notices/services.py:tell_everyone": "as tell_posted",
    "kernel/notices/services.py:tell_many": "as tell_posted",
    "kernel/outbox/services.py:put": "messages are written with the act that they tell of",
    "kernel/outbox/worker.py:send_waiting": "how sending went stands on the message",
    "kernel/outbox/worker.py:lease": "as send_waiting",
    "kernel/hooks/emitting.py:emit": "deliveries tell of acts that are written down themselves",
    "kernel/hooks/emitting.py:emit_all": "as emit",
    "kernel/hooks/sending.py:send": "what came of a delivery stands on it; pausing a hook is an act",
    "kernel/hooks/services.py:delete_old": "deliveries that were kept long enough; what they told are acts",
    "kernel/api/once.py:answer_once": "that a write happens once; the write is an act",
    "kernel/api/tokens.py:find_caller": "when a token was last used",
    "kernel/papers/records/places.py:put": "bytes under their digest; the verb whose file it is tells it",
    "kernel/papers/records/places.py:discard": "as delete_drafts",
    "kernel/papers/records/files.py:keep_table": "as keep",
    "kernel/papers/records/files.py:keep": "part of the verb whose file it is; files are proven by their digest",
}
"""Public verbs that write without an act, and why they may."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for file in sorted((SOURCE / room).rglob("*.py")):
            name = file.relative_to(SOURCE).as_posix()
            if not any(part in f"/{name}" for part in LEFT_OUT):
                yield name, ast.parse(file.read_text("utf-8"))


@cache
def _functions() -> dict[str, list[tuple[str, ast.FunctionDef]]]:
    """All functions by name, with the module each is in."""
    found: dict[str, list[tuple[str, ast.FunctionDef]]] = {}
    for module, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append((module, node))
    return found


def _called(node: ast.FunctionDef) -> set[str]:
    """Names of what a function calls: f(…), x.f(…)."""
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return {call.attr if isinstance(call, ast.Attribute) else call.id for call in calls if _is_named(call)}  # type: ignore[union-attr]


def _is_named(call: ast.expr) -> bool:
    return isinstance(call, ast.Attribute | ast.Name)


def _updates(node: ast.FunctionDef) -> bool:
    """Whether it calls update on a query: something.objects…update(column=…)."""
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr == "update"
        and not one.args
        and one.keywords
        and "objects" in ast.unparse(one.func.value)
        for one in ast.walk(node)
    )


def _within(module: str, node: ast.FunctionDef, seen: set[str]) -> Iterator[tuple[str, ast.FunctionDef]]:
    """A function and those that it calls of its module, or of one that it names (visits.record), as deep as it goes."""
    yield module, node
    of_modules = {
        (call.func.value.id, call.func.attr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    }
    for name in _called(node):
        for other, called in _functions().get(name, []):
            near = other == module or (Path(other).stem, name) in of_modules
            if near and f"{other}:{name}" not in seen:
                seen.add(f"{other}:{name}")
                yield from _within(other, called, seen)


def _takes_act(node: ast.FunctionDef) -> bool:
    """Whether the caller's act (or what carries it) is given: then the caller is who records."""
    names = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
    return bool(names & {"act", "step"})


def test_every_verb_that_writes_records_an_act() -> None:
    silent = []
    for module, tree in _modules():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            parts = list(_within(module, node, set()))
            called = set().union(*(_called(part) for _, part in parts))
            writes = called & WRITES or called & BULK or any(_updates(part) for _, part in parts)
            if writes and not called & ACTS and not _takes_act(node) and f"{module}:{node.name}" not in WITHOUT:
                silent.append(f"{module}:{node.name} ({', '.join(sorted(called & (WRITES | BULK)))})")
    assert silent == []


def test_every_verb_has_a_name_that_people_read() -> None:
    """What the history shows is never a verb of ours: each act written in the code has its words."""
    written = set()
    for file in sorted(SOURCE.rglob("*.py")):
        written |= set(re.findall(r"verb=\"([a-z_.-]+)\"", file.read_text("utf-8")))
    written |= {f"day.{step.name}" for step in steps()}
    assert len(written) > 50
    assert sorted(written - set(VERBS)) == []


def test_verbs_write_many_rows_only_so_that_they_are_told() -> None:
    """bulk_create, bulk_update and update send no signal: what they write would be in no act."""
    direct = []
    for module, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                calls = _called(node) & {"bulk_create", "bulk_update"} or ({"update"} if _updates(node) else set())
                direct += [f"{module}:{node.name} {call}" for call in sorted(calls)]
    assert direct == ALLOWED_DIRECTLY


ALLOWED_DIRECTLY = [
    "guarantee/services/set_aside.py:set_aside bulk_create",
    "guarantee/services/summaries.py:_derive update",
    "guarantee/services/touch.py:touch bulk_create",
    "kernel/accountability/telling.py:tell_posted update",
    "kernel/api/tokens.py:_note_use update",
    "kernel/hooks/emitting.py:_write bulk_create",
    "kernel/hooks/sending.py:send update",
    "kernel/hooks/sending.py:_note update",
    "kernel/hooks/sending.py:_count_failure update",
    "kernel/hooks/services.py:resume_hook update",
    "kernel/notices/services.py:tell_many bulk_create",
    "kernel/outbox/services.py:put bulk_create",
    "kernel/parties/services.py:erase update",
    "kernel/people/logins.py:make_logins bulk_create",
    "kernel/people/sessions.py:rename update",
    "day/engine.py:_run update",
    "day/jobs/beats.py:give update",
    "day/jobs/services.py:start update",
]
"""On tables that are left out of the audit, each with its reason there (capture.leave_out), the framework's users, and what is to be forgotten."""
