"""Looking into files that come from outside, before anything else is done with them: what they are and do."""

from baohou.kernel.papers.inspecting.inspecting import inspect, inspect_size
from baohou.kernel.papers.inspecting.kinds import ATTACHED, CONTENT_TYPES, PICTURES, TABLES, Kind, largest_of

__all__ = ["ATTACHED", "CONTENT_TYPES", "PICTURES", "TABLES", "Kind", "inspect", "inspect_size", "largest_of"]
