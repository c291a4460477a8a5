"""A pack that nobody watches: which quarter is due, the run that a schedule calls, its e-mail, and the schedules."""

DAILY = "daily"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS = (DAILY, *WEEKDAYS)
