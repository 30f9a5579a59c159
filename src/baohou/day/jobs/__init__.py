"""Long work that a page starts: in a process of its own, followed from anywhere, and not silent when it dies."""

from baohou.day.jobs.kinds import JobKind, Tell, Wish, register
from baohou.day.jobs.queries import Seen, find_job, find_latest, get_busy, list_jobs
from baohou.day.jobs.services import start, start_again

__all__ = [
    "JobKind",
    "Seen",
    "Tell",
    "Wish",
    "find_job",
    "find_latest",
    "get_busy",
    "list_jobs",
    "register",
    "start",
    "start_again",
]
