"""What a reader could work out: whether a hidden figure follows from the figures that are shown."""
