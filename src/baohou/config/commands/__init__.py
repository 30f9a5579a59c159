"""Sub-commands, one module a subject; each lists its commands."""
