"""Attendance registers, with the roll and suspensions: read, checked, and counted."""
