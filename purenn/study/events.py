"""What a recording consists of: events, each at a place in the derivation, and the functions they are in."""
from collections import namedtuple

PHASES = ("forward", "cost", "backward", "update")
KINDS = ("call", "line", "return")
EMPTY = ("variables", "lists", "target", "formula", "result")

# Where in the derivation: the phase, the number of the sample, of the layer, of the neuron j in it, of its input k;
# None if there is none.
Place = namedtuple("Place", ("phase", "sample", "layer", "neuron", "input"))

# kind: call, line or return. function: its number in Recording.functions. depth: how many functions are running.
# variables: those that have changed, with their values. lists: those that have changed, by their number: a whole new
# list, or a dict from index to entry. target, formula: the line with the numbers put in. result: what the line sets,
# decides or returns; of a return, what is returned.
Event = namedtuple("Event", ("kind", "function", "line", "depth", "place", "variables", "lists", "target", "formula",
                             "result"))

# A function that was stepped into: its name, its file, the line of its def, the first line of its docstring.
Named = namedtuple("Named", ("name", "file", "line", "doc"))
