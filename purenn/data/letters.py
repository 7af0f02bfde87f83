"""Draw images of the letters A to J, 28 × 28 gray pixels, in many shapes, for use without a file.

A stand-in for notMNIST (Yaroslav Bulatov, 2011, http://yaroslavvb.blogspot.com/2011/09/notmnist-dataset.html),
whose letters are cut out of fonts. The letters drawn here are of the same size, and about as hard to tell apart. With
10,000 to learn from, a network without a hidden layer gets 87 to 89 of 100 new letters right, one with 100 ReLU neurons
93 or 94. A few letters in a hundred cannot be read by anybody. A letter is drawn in four steps:

    form       one of the letter's skeletons: a few strokes between points of a small grid
    hand       the points a little astray, then the whole scaled, slanted and moved
    pen        its tip pressed along the strokes, dot by dot, on a page of 4 × 4 dots for each pixel
    print      now and then something odd (hollow, striped, in reverse ...); the dots counted into gray pixels

The same seed draws the same pixels on every Python: nothing here needs more than + − × ÷ and whole numbers.
"""
from functools import lru_cache

from ..linalg import PurennError
from .images import Images, from_bytes

NAMES = "ABCDEFGHIJ"
SIZE = 28               # pixels in a row, and rows in an image

# The skeletons of each letter. A point is two digits: its column from the left, its row from the top,
# each from 0 to 8. A stroke goes from point to point; after ~ its corners are rounded off; | ends it.
FORMS = {
    "A": ("08 40 88 | 16 76",
          "08 40 88 | 24 64",
          "08 30 50 88 | 15 75",
          "~08 00 80 88 | 05 85",
          "08 00 80 88 | 04 84",
          "08 20 | 60 88 | 15 75",
          "~81 20 05 08 38 86 | 80 88"),
    "B": ("00 08 | ~00 70 74 54 04 | ~04 84 88 58 08",
          "00 08 | ~00 60 80 84 04 | ~04 84 88 68 08",
          "00 08 | 00 60 72 64 04 | 64 86 68 08",
          "20 28 | ~00 20 80 84 24 | ~24 84 88 28 08",
          "00 70 74 04 | 00 08 88 84 64"),
    "C": ("~82 80 00 08 88 86",
          "~71 60 00 08 68 77",
          "~82 70 00 08 78 86",
          "80 00 08 88",
          "81 60 20 02 06 28 68 87"),
    "D": ("00 08 | ~00 60 80 88 68 08",
          "00 08 | ~00 80 82 86 88 08",
          "00 08 | 00 60 82 86 68 08",
          "20 28 | ~00 70 80 88 78 08"),
    "E": ("00 08 | 00 80 | 04 64 | 08 88",
          "00 08 | 00 70 | 03 63 | 08 88",
          "00 08 | 00 80 | 04 84 | 08 88",
          "~82 80 00 08 88 86 | 04 64",
          "~81 60 00 04 54 | ~54 04 08 68 87"),
    "F": ("00 08 | 00 80 | 04 64",
          "00 08 | 00 70 | 03 63",
          "00 08 | 00 80 | 05 75",
          "~80 00 01 08 | 04 64",
          "20 28 | 01 00 80 81 | 24 64"),
    "G": ("~82 80 00 08 88 85 | 54 84 88",
          "~71 60 00 08 88 84 | 44 84",
          "~82 80 00 08 68 86 | 84 88",
          "80 00 08 88 84 44",
          "81 60 20 02 06 28 68 86 84 54",
          "~62 60 00 05 65 62 | ~60 68 58 08 07"),
    "H": ("00 08 | 80 88 | 04 84",
          "00 08 | 80 88 | 05 85",
          "00 08 | 80 88 | 03 83",
          "00 08 | ~05 03 83 84 88",
          "00 08 | 80 88 | ~05 43 85"),
    "I": ("40 48",
          "40 48",
          "40 48 | 20 60 | 28 68",
          "40 48 | 00 80 | 08 88",
          "~50 30 58 38",
          "43 48 | 40 41"),
    "J": ("~60 68 08 06",
          "~50 58 38 08",
          "~60 68 08 06 | 30 80",
          "~70 78 08 05 | 20 70",
          "80 88 08 05",
          "~40 48 28 08 | 10 70"),
}

# The pens: how flat the tip is (its height for a width of 1), how it is turned (its cosine and sine), whether
# it has corners, how long its serifs are and how far points go astray, both in steps of the grid.
PENS = {
    "grotesque":  (1.0, (1.0, 0.0), True, 0.0, 0.15),
    "round":      (1.0, (1.0, 0.0), False, 0.0, 0.3),
    "slab":       (0.8, (1.0, 0.0), True, 1.5, 0.15),
    "roman":      (0.4, (1.0, 0.0), True, 1.2, 0.15),
    "italian":    (2.0, (1.0, 0.0), True, 1.5, 0.15),
    "broad nib":  (0.3, (0.8, -0.6), True, 0.0, 0.4),
    "brush":      (0.5, (0.6, -0.8), False, 0.0, 0.7),
    "scrawl":     (1.0, (1.0, 0.0), False, 0.0, 1.6),
}

# What may be done to a print, and how many times in a hundred.
PRINTS = (["plain"] * 79 + ["hollow"] * 5 + ["striped"] * 3 + ["shaken"] * 2 + ["grainy"] * 2 + ["reverse"] * 2
          + ["cut off"] * 7)

DOTS = 4                # dots for each pixel, across and down
WIDE = DOTS * SIZE      # dots in a row of the page
EDGE = 16               # dots beyond the page on each side, for the tip of the pen
ROW = EDGE + WIDE + EDGE


def letters(count: int, rng) -> tuple:
    """``count`` images and their labels, in random order.

    An image is 784 bytes, row by row, 0 for paper to 255 for ink; a label is 0 to 9 for A to J. Each letter occurs
    ``count // 10`` or ``count // 10 + 1`` times. ``rng`` is a ``random.Random``. Raises PurennError unless count is a
    whole number from 1 up.
    """
    pairs = list(drawing(count, rng))
    return [image for image, _ in pairs], [label for _, label in pairs]


def drawing(count: int, rng):
    """Yield the letters as they are drawn, one by one: pairs (image, label)."""
    if not isinstance(count, int) or count < 1:
        raise PurennError(f"letters: count is {count!r}; it must be a whole number from 1 up")
    _check_rng("letters", rng)
    labels = [i % len(NAMES) for i in range(count)]
    rng.shuffle(labels)
    for label in labels:
        yield draw(label, rng), label


def drawn(count: int, rng, tell=None) -> Images:
    """``count`` letters as Images; ``tell(done, count)`` is called after each."""
    pages, labels = [], []
    for page, label in drawing(count, rng):
        pages.append(page)
        labels.append(label)
        if tell:
            tell(len(pages), count)
    return from_bytes(pages, labels, SIZE, SIZE, len(NAMES))._replace(names=list(NAMES))


def arrays(count: int, rng, tell=None) -> dict:
    """``count`` letters as the arrays of an npz, of unsigned bytes: ``images``, count × 28 × 28, and ``labels``."""
    pixels, labels = bytearray(), bytearray()
    for page, label in drawing(count, rng):
        pixels += page
        labels.append(label)
        if tell:
            tell(len(labels), count)
    return {"images": ((count, SIZE, SIZE), bytes(pixels)), "labels": ((count,), bytes(labels))}


def draw(letter: int, rng) -> bytes:
    """One image of the letter with that number (0 to 9 for A to J): 784 bytes, row by row, 0 paper … 255 ink.

    Raises PurennError if there is no such letter.
    """
    if not isinstance(letter, int) or not 0 <= letter < len(NAMES):
        raise PurennError(f"draw: letter is {letter!r}; it must be a whole number from 0 (A) to 9 (J)")
    _check_rng("draw", rng)
    flat, turn, corners, serif, astray = rng.choice(list(PENS.values()))
    width = rng.uniform(2.0, 9.0)
    height = min(max(width * flat, 1.5), 9.0)
    strokes = read(rng.choice(FORMS[NAMES[letter]]))
    if serif:
        strokes += serifs(strokes, serif)
    lines = written(strokes, astray, max(width, height), rng)
    page = pressed(lines, tip(round(width), round(height), turn, corners), height)
    kind = rng.choice(PRINTS)
    if kind == "hollow":
        inner = pressed(lines, tip(round(width / 2), round(height / 2), turn, corners), height / 2)
        page = [row & ~hole for row, hole in zip(page, inner)]
    return printed(spoiled(page, kind, rng), rng)


def _check_rng(name, rng):
    if not hasattr(rng, "getrandbits"):
        raise PurennError(f"{name}: rng is {rng!r}; give a generator, such as random.Random(1)")


def read(form: str) -> list:
    """The strokes of a form: for each whether it is curved, and its points (column, row).

    >>> read("~80 88 08 | 20 80")
    [(True, [(8, 0), (8, 8), (0, 8)]), (False, [(2, 0), (8, 0)])]
    """
    return [("~" in stroke, [(int(point[-2]), int(point[-1])) for point in stroke.split()])
            for stroke in form.split("|")]


def serifs(strokes: list, length: float) -> list:
    """For each stroke that ends in the top or bottom row, a short straight one at right angles to it, at that end."""
    found = []
    for _, points in strokes:
        for (x, y), (next_x, next_y) in ((points[0], points[1]), (points[-1], points[-2])):
            if y in (0, 8) and abs(next_y - y) >= abs(next_x - x):
                found.append((False, [(x - length, y), (x + length, y)]))
            elif y in (0, 8):
                found.append((False, [(x, y), (x, length if y == 0 else 8 - length)]))
    return found


def written(strokes: list, astray: float, margin: float, rng) -> list:
    """The strokes as a hand writes them: lists of points in dots, the grid's points astray, scaled, slanted, moved."""
    reach = (WIDE / 2 - margin) / 4.0                           # dots for a step of the grid, to fill the page
    tall = reach * rng.uniform(0.75, 1.0)
    wide = reach * rng.uniform(0.7, 1.0)
    slant = rng.uniform(-0.05, 0.25)
    tilt = rng.uniform(-0.1, 0.1)
    right = WIDE / 2 + rng.uniform(-3.0, 3.0)
    down = WIDE / 2 + rng.uniform(-3.0, 3.0)
    moved = {}                                                  # where strokes meet, they still do
    for _, points in strokes:
        for x, y in points:
            u = wide * (x - 4.0 + astray * rng.uniform(-1.0, 1.0))
            v = tall * (y - 4.0 + astray * rng.uniform(-1.0, 1.0))
            moved[x, y] = (u - slant * v + right, v + tilt * u + down)
    lines = [[moved[point] for point in points] for _, points in strokes]
    return [rounded(rounded(rounded(line))) if curved else line for (curved, _), line in zip(strokes, lines)]


def rounded(line: list) -> list:
    """Each corner cut off a quarter of the way along its sides (George Chaikin, 1974). Three passes make a curve."""
    found = [line[0]]
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        found.append((0.75 * x0 + 0.25 * x1, 0.75 * y0 + 0.25 * y1))
        found.append((0.25 * x0 + 0.75 * x1, 0.25 * y0 + 0.75 * y1))
    return found + [line[-1]]


@lru_cache(maxsize=None)
def tip(width: int, height: int, turn: tuple, corners: bool) -> list:
    """The dots of a pen's tip: for each row, a number whose bit k is 1 if the tip covers the dot at x = k − EDGE."""
    cosine, sine = turn
    rows = []
    for y in range(-EDGE, EDGE + 1):
        row = 0
        for x in range(-EDGE, EDGE + 1):
            u = (cosine * x + sine * y) / width
            v = (cosine * y - sine * x) / height
            if (max(abs(u), abs(v)) if corners else u * u + v * v) <= 1.0:
                row |= 1 << (x + EDGE)
        rows.append(row)
    return [(y, row) for y, row in enumerate(rows) if row]


def pressed(lines: list, tip: list, step: float) -> list:
    """The page after the tip has gone along the lines: a whole number for each row, whose bit EDGE + x is the dot x."""
    page = [0] * ROW
    for line in lines:
        for x, y in places(line, step):
            for dy, row in tip:
                page[y + dy] |= row << x
    return page


def places(line: list, step: float):
    """The dots (x, y) of the page where the pen is pressed on its way along a line, about ``step`` apart."""
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        count = int(max(abs(x1 - x0), abs(y1 - y0)) / step) + 1
        for i in range(count):
            yield on_page(x0 + (x1 - x0) * i / count), on_page(y0 + (y1 - y0) * i / count)
    yield on_page(line[-1][0]), on_page(line[-1][1])


def on_page(x: float) -> int:
    """The dot at x, or the nearest one of the page."""
    return 0 if x < 0.0 else int(x) if x < WIDE else WIDE - 1


def spoiled(page: list, kind: str, rng) -> list:
    """The page striped, shaken, grainy, in reverse or cut off; for any other kind as it is."""
    if kind == "striped":
        return [row if y % 12 < 8 else 0 for y, row in enumerate(page)]
    if kind == "shaken":
        return [row << rng.choice((0, 2, 4)) for row in page]
    if kind == "grainy":
        return [row & (rng.getrandbits(ROW) | rng.getrandbits(ROW)) for row in page]
    if kind == "reverse":
        return [~row for row in page]
    if kind == "cut off":
        gone = int(WIDE * rng.uniform(0.6, 0.8))
        return rng.choice((page[gone:] + [0] * gone, [0] * gone + page[:-gone],
                           [row >> gone for row in page], [row << gone for row in page]))
    return page


INKED = bytes.maketrans(b"0123456789abcdef", bytes(bin(i).count("1") for i in range(16)))


def printed(page: list, rng) -> bytes:
    """The page in gray pixels: the dots of each counted, with paler or darker ink and a few specks."""
    ink = rng.uniform(0.6, 1.0) * 255 / (DOTS * DOTS)
    gray = [int(ink * dots) for dots in range(DOTS * DOTS + 1)]
    paper = (1 << WIDE) - 1
    # A hexadecimal digit is four dots of a row, the width of a pixel; the last digit is the leftmost pixel.
    rows = [(b"%028x" % (row >> EDGE & paper))[::-1].translate(INKED) for row in page[EDGE:-EDGE]]
    pixels = bytearray()
    for i in range(0, WIDE, DOTS):
        pixels += bytes([gray[a + b + c + d] for a, b, c, d in zip(*rows[i:i + DOTS])])
    for _ in range(int(10 * rng.random())):
        pixels[int(rng.random() * len(pixels))] = int(rng.random() * 256)
    return bytes(pixels)
