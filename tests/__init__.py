"""The tests: claims about purenn, a file a room."""
