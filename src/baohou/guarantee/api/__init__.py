"""The room's operations: the same verbs, guards and filters as its pages."""
