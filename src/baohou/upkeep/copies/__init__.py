"""Copies of an installation: database and files as of one moment in one archive, and making it whole again from one."""
