"""Measurements: how fast a day is, how random worlds fare, how many mutants the tests catch."""
