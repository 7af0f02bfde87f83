"""Whether the first row of a table names its columns, judged by the rows below it."""
from ..files.text import short
from ..linalg import PurennError
from .columns import IS_MISSING, is_number


def has_header(where, line, names, columns, values):
    """Whether the first row names the columns, judged by the rows below it; raises PurennError if that is in doubt."""
    if not columns or not columns[0]:
        return not any(map(is_number, names))
    above_numbers = recur = differ = 0
    plain = []                                              # the numbers among the names
    for name, texts, found in zip(names, columns, values):
        if is_number(name):
            plain.append(name)
        elif found is not None and name not in IS_MISSING:
            above_numbers += 1
        elif found is None:
            below = set(texts)
            recur += name in below
            differ += name not in below and len(below) < len(texts)
    run = _is_run(plain)
    if len(set(names)) < len(names):
        return _in_doubt(where, line, names) if above_numbers and not plain else False
    if above_numbers and not recur and (not plain or run):
        return True
    if above_numbers and plain and len(columns[0]) > 1:
        return _in_doubt(where, line, names)
    if plain:
        return _in_doubt(where, line, names) if run and not recur else False
    if recur:
        return _in_doubt(where, line, names) if above_numbers else False
    return bool(differ) or above_numbers > 0 or _in_doubt(where, line, names)


def _is_run(texts):
    """Whether numbers may be names of columns: years, or consecutive whole numbers, of at most 15 digits."""
    if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in texts) or not texts:
        return False
    values = [int(text) for text in texts]
    years = all(1800 <= value <= 2100 for value in values)
    steps = {b - a for a, b in zip(values, values[1:])}
    return years or len(values) > 1 and steps == {1}


def _in_doubt(where, line, names):
    raise PurennError(f"{where}: line {line}: is {short(names)} a header or a row? Set header to yes or to no")
