"""The room's pages: each parses what was asked, fetches through the guard, makes one call and answers."""
