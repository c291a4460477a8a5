"""The person-level SEN2 return: read, checked, and counted."""
