"""The quarter of the demonstration that is in the middle of its life, brought about by the same verbs as the pages'."""

from __future__ import annotations

from baohou.config.demo.quarter import open_quarter

__all__ = ["open_quarter"]
