"""Reading a version of a rule set from YAML, with the line of every fault."""

from baohou.kernel.rulebook.reading.file import Reading, read_file, read_text

__all__ = ["Reading", "read_file", "read_text"]
