"""Images as text."""
from .terminal import Terminal


def picture(terminal: Terminal, pixels: list, height: int, width: int, columns: int = 28) -> list:
    """An image as lines of at most ``columns`` characters; ``pixels`` are numbers from 0 to 1, row by row.

    A character is twice as high as wide, so it stands for two rows of pixels (for more in a wide image). The nearer
    the pixels are to 1, the more of it is filled. A small image is different: it has two characters for each pixel.
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
