"""Files of many kinds become validated tables: a folder for each format of the real world, and what they share."""
