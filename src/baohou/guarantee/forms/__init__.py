"""What people fill in on the room's pages."""
