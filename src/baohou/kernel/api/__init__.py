"""The frame of the API: who calls by which token, what is said when it fails, every write once, lists page by page."""
