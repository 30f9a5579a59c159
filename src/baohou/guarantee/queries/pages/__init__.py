"""Reads for pages: each a bounded number of queries, whatever the number of rows."""
