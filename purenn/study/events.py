"""The parts of a recording of a training step: events, each at a place in the derivation, and functions."""
from collections import namedtuple

PHASES = ("forward", "cost", "backward", "update")
KINDS = ("call", "line", "return")
# The fields of an Event that a recording's file leaves out if they are empty.
EMPTY = ("variables", "lists", "target", "formula", "result")

# A place in the derivation: the phase, and the numbers of the sample, the layer, its neuron j and the neuron's input k.
# A number is None if there is none.
Place = namedtuple("Place", ("phase", "sample", "layer", "neuron", "input"))

# kind: call, line or return. function: its number in Recording.functions. depth: how many functions are running.
# variables: those that have changed, with their values. lists: a dict with an item for each list that has changed. The
# key is the number by which the recording knows the list. The value is the whole list if it is new or shorter than
# before, otherwise a dict from index to entry. target: the name that the line sets, or "return", "if" or "while".
# formula: the line with the numbers put in. result: the value that is set, tested or returned.
Event = namedtuple("Event", ("kind", "function", "line", "depth", "place", "variables", "lists", "target", "formula",
                             "result"))

# A function that was stepped into: its name, its file, the line of its def, the first line of its docstring.
Named = namedtuple("Named", ("name", "file", "line", "doc"))
