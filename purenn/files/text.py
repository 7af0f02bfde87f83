"""Values in messages."""


def short(value) -> str:
    """A value for a message: as Python writes it, at most 60 characters of it."""
    try:
        text = repr(value)
    except ValueError:                                      # a whole number too long to print
        text = "a number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."
