"""Data sets: the tasks and letters that purenn makes itself, images from files, and what readies them."""
