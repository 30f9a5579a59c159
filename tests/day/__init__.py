"""Tests of the engine that runs a business day."""
