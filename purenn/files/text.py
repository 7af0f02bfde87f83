"""Values and texts in messages."""


def short(value) -> str:
    """A value for a message: as Python writes it, at most 60 characters of it."""
    try:
        text = repr(value)
    except ValueError:                                      # a whole number too long to print
        text = "a number with thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


def digits(value: float) -> str:
    """A number with all its digits: as ``:g`` writes it if that loses none, otherwise as Python writes it.

    >>> digits(1.0), digits(0.0123456789)
    ('1', '0.0123456789')
    """
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def escaped(text: str, but: str = "") -> str:
    """A text with unprintable characters escaped as Python writes them, except the characters in ``but``.

    >>> escaped("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in but else c.encode("unicode_escape", "surrogatepass").decode("ascii")
                   for c in text)
