"""Data sets: the tasks that purenn makes itself, and readers for those that come from files."""
