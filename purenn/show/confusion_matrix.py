"""A confusion matrix as text."""
from .terminal import DIM, RED, Terminal

MOST_CLASSES = 12           # columns that fit beside each other


def confusion_matrix(terminal: Terminal, matrix: list, names: list, precisions: list, recalls: list) -> list:
    """The confusion matrix, a row for each class, with each class's recall at the end and its precision below.

    With more than MOST_CLASSES classes, only recall, precision and the most frequent mistakes are listed.
    """
    if len(names) > MOST_CLASSES:
        return _long(matrix, names, precisions, recalls)
    width = max(5, max(len(name) for name in names) + 1)
    first = max(10, width + 1)
    lines = ["taken for".ljust(first) + "".join(name.rjust(width) for name in names) + "   recall"]
    for i, row in enumerate(matrix):
        cells = ""
        for j, number in enumerate(row):
            cell = (str(number) if number else "-").rjust(width)
            cells += cell if i == j else terminal.paint(cell, RED if number else DIM)
        lines.append(f"{names[i].ljust(first)}{cells}{_share(recalls[i]):>9}")
    return lines + ["precision".ljust(first) + "".join(_share(value).rjust(width) for value in precisions)]


def _long(matrix, names, precisions, recalls):
    width = max(8, max(len(name) for name in names))
    lines = [f"{'class'.ljust(width)}  images  precision  recall"]
    for name, row, precise, recalled in zip(names, matrix, precisions, recalls):
        lines.append(f"{name.ljust(width)}  {sum(row):6}  {_share(precise):>9}  {_share(recalled):>6}")
    wrong = sorted((-matrix[i][j], i, j) for i in range(len(names)) for j in range(len(names)) if i != j)
    often = [f"{names[i]} for {names[j]}: {-number}" for number, i, j in wrong[:8] if number]
    return lines + (["Most often mistaken: " + "; ".join(often)] if often else [])


def _share(value):
    return "-" if value is None else f"{value:.2f}"
