"""Chapter 11: find the planted mistake. Five are drawn from the known mistakes of earlier exercises."""
import textwrap

from ..exercise import Chapter, Exercise, choices
from ..pages import GALLERY
from ..source import expected
from . import (c01_neuron, c02_activations, c03_losses, c04_backward, c05_layer, c06_network, c07_step, c08_loop,
               c10_softmax)

# The exercises that mistakes are drawn from, if PARTS names them.
POOL = tuple(exercise for chapter in (
    (c01_neuron, c02_activations), (c03_losses, c04_backward), (c05_layer, c06_network), (c07_step,),
    (c08_loop, c10_softmax)) for module in chapter for exercise in module.CHAPTER.exercises
    if exercise.kind in ("write", "repair"))
PARTS = (("1.2", "2.3", "2.4", "2.5"), ("3.2", "3.3", "4.2"), ("5.2", "5.3", "6.2", "6.3"), ("7.2", "7.3", "7.4"),
         ("8.1", "8.4", "10.2", "10.3"))
MOST = 5            # numbers that are shown
WIDTH = 100


def shown(value):
    """A value in few characters: floats of six digits."""
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return format(value, ".6g") if isinstance(value, float) else str(value)


def differences(exercise, name):
    """Lines on what a mistake changes: for each sample the numbers that differ, found and right."""
    lines = []
    for sample, right, wrong in zip(exercise.samples, expected(exercise), expected(exercise, name)):
        if wrong.error is not None:
            lines.append((shown_sample(sample), type(wrong.error).__name__, "error", "no error"))
            continue
        lines += [(shown_sample(sample), label, shown(value), shown(best))
                  for (label, best), (_, value) in zip(right.parts, wrong.parts) if shown(value) != shown(best)]
    text = []
    for sample, label, value, best in lines[:MOST]:
        for begin, shown_value in (("    sample  ", sample), ("    ", label), ("        found  ", value),
                                   ("        right  ", best)):
            text.append(textwrap.fill(shown_value, WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin)))
    return "\n".join(text)


def shown_sample(sample):
    """A sample on a line."""
    if isinstance(sample, dict):
        return ", ".join(f"{name}={value!r}" for name, value in sample.items())
    return ", ".join(repr(part) for part in sample) if isinstance(sample, tuple) else repr(sample)


def drawing(numbers):
    """A function that draws one mistake of these exercises, and up to five names to choose from."""
    def draw(rng):
        exercises = [exercise for exercise in POOL if exercise.number in numbers]
        exercise = rng.choice(exercises)
        known = rng.choice(exercise.known)
        names = rng.sample(list(exercise.known), min(5, len(exercise.known)))
        if known not in names:
            names[0] = known
        rng.shuffle(names)
        return {"number": exercise.number, "title": exercise.title, "tried": textwrap.fill(exercise.tried, WIDTH),
                "name": known.name, "choices": choices([(other.name, other.says) for other in names]),
                "names": [other.name for other in names], "differences": differences(exercise, known.name)}
    return draw


TEXT = """\
Somebody else has done exercise {number}, "{title}",
with one mistake in it. Below is what a check says: the test case, the numbers found, and the right
ones. Parts that are right are not shown. Which mistake is it?

{tried}

{differences}

One of these:

{choices}

Write its name as the answer. A way to find out: take one wrong number, and look for the
formula that gives it. Or make the mistake in your own file, and let `course check {number}` show
what it finds."""

EXERCISES = tuple(Exercise(
    f"11.{place}", "find", f"planted_{place}", f"Find the planted mistake, {place} of {len(PARTS)}", TEXT, GALLERY,
    ("Look at the first test case, the smallest: by what factor, or by what term, do the numbers differ?",
     "Compute by hand what each of the mistakes would make of that test case."),
    draw=drawing(numbers), right=lambda v: v["name"], answer="mistake") for place, numbers in enumerate(PARTS, 1))

CHAPTER = Chapter(11, "Find the planted mistake", "The wrong numbers show which mistake was made.", EXERCISES)
