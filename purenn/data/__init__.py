"""Data sets: the tasks and letters that purenn makes itself, images and tables from files, and their preparation."""
