"""What a pack must pass before it is published: accessibility, marking, disclosure, leaks."""
