"""``page``: the page in the browser, with this Python."""
import os
import sys
from typing import List

from ..linalg import PurennError
from .parser import Parser, whole

DESCRIPTION = "Serve purenn's page to a browser on this machine. Python, not the browser, computes. To end it: Ctrl-C."


def run(arguments: List[str]) -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = Parser("page", description=DESCRIPTION)
    parser.add_argument("--port", metavar="N", type=whole(0, 65535), default=8420,
                        help="the port on 127.0.0.1; 0 takes a free one (default: 8420)")
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")
    options = parser.parse_args(arguments)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not os.path.isfile(os.path.join(root, "web", "server.py")):
        raise PurennError("page: the folder web is not part of the installed package; get the project's source and "
                          "run python3 cli.py page there")
    sys.path.insert(0, root)
    from importlib import import_module
    import_module("web.server").serve(options.port, not options.no_open)
    return 0
