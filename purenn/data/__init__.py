"""Data sets: the tasks that purenn makes itself."""
