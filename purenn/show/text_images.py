"""Images and a confusion matrix, as text."""
from .terminal import DIM, RED, Terminal

MOST_CLASSES = 12           # columns of a confusion matrix that fit beside each other


def picture(terminal: Terminal, pixels: list, height: int, width: int, columns: int = 28) -> list:
    """An image as lines of at most ``columns`` characters; ``pixels`` are numbers from 0 to 1, row by row.

    A character is twice as high as wide, so it stands for two rows of pixels (for more in a wide image); the nearer
    they are to 1, the more of the character is filled. A small image is drawn with two characters for each pixel.
    """
    if 2 * width <= columns:
        return ["".join(_shade(terminal, pixels[i * width + j]) * 2 for j in range(width)) for i in range(height)]
    size = -(-width // columns)
    lines = []
    for top in range(0, height, 2 * size):
        line = ""
        for left in range(0, width, size):
            part = [pixels[i * width + j] for i in range(top, min(height, top + 2 * size))
                    for j in range(left, min(width, left + size))]
            line += _shade(terminal, sum(part) / len(part))
        lines.append(line)
    return lines


def _shade(terminal, value):
    return terminal.shades[min(len(terminal.shades) - 1, max(0, int(value * len(terminal.shades))))]


def sheet(terminal: Terminal, titles: list, images: list, height: int, width: int, columns: int = 79) -> list:
    """Images beside and below each other, each under its title."""
    blocks = []
    for title, pixels in zip(titles, images):
        lines = picture(terminal, pixels, height, width)
        blocks.append([title] + lines)
    across = max(len(line) for block in blocks for line in block) + 3
    a_row = max(1, (columns + 3) // across)
    lines = []
    for start in range(0, len(blocks), a_row):
        row = blocks[start:start + a_row]
        for i in range(max(len(block) for block in row)):
            lines.append("".join((block[i] if i < len(block) else "").ljust(across) for block in row).rstrip())
        lines.append("")
    return lines[:-1]


def confusion(terminal: Terminal, matrix: list, names: list, precisions: list, recalls: list) -> list:
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
    often = [f"{names[i]} for {names[j]}, {-number} times" for number, i, j in wrong[:8] if number]
    return lines + (["Most often mistaken: " + "; ".join(often)] if often else [])


def _share(value):
    return "-" if value is None else f"{value:.2f}"
