"""Writing down departments; staff and postings come by file (kernel.people.imports)."""

from __future__ import annotations

from collections.abc import Iterable

from pypinyin import lazy_pinyin

from baohou.core.sayings import say
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.papers.reading import Unreadable
from baohou.kernel.people.models import Department
from baohou.kernel.people.queries import get_departments


class Departments:
    """The departments that files name: the known ones, and the new ones as they come up.

    A name that sounds like a known one but is written otherwise (业务一步 for 业务一部) is a slip of the input method
    and Unreadable; any other new name is a new department, and is told.
    """

    def __init__(self) -> None:
        self.known = get_departments()
        self.new: list[str] = []
        self._sounds = {_sound(name): name for name in self.known}

    def read(self, name: str) -> str:
        """The name, when it is a department's or may become one's."""
        if name in self.known or name in self.new:
            return name
        alike = self._sounds.setdefault(_sound(name), name)
        if alike != name:
            raise Unreadable(
                say("与“%(alike)s”读音相同，疑是笔误；请改成“%(alike)s”，确是另一个部门请换个名称", alike=alike)
            )
        self.new.append(name)
        return name

    def rows(self, names: Iterable[str]) -> dict[str, int]:
        """The rows of these departments, of which the new ones are added."""
        missing = sorted(set(names) - self.known.keys())
        if missing:
            add_rows(Department, [Department(name=name) for name in missing])
            self.known = get_departments()
        return self.known


def _sound(name: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(name.lower()))
