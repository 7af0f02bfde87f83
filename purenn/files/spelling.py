"""Hints for misspelled names."""


def did_you_mean(word: str, names, shown=str, likeness: float = 0.6) -> str:
    """A hint: the one of ``names`` that is most similar to ``word``, as ``shown`` writes it; "" if none is similar.

    ``likeness``: how similar it must be, from 0 to 1, as in ``difflib.get_close_matches``.

    >>> did_you_mean("momentun", ["lr", "momentum"])
    'did you mean momentum? '
    """
    import difflib
    near = difflib.get_close_matches(word, names, 1, likeness)
    return f"did you mean {shown(near[0])}? " if near else ""
