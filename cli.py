#!/usr/bin/env python3
"""The command line, run from where this file lies: python cli.py COMMAND."""
import os
import sys

if __name__ == "__main__":
    try:
        try:
            from purenn.cli.main import main
        except ModuleNotFoundError:         # python -I and PYTHONSAFEPATH leave out the folder of this file
            sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
            from purenn.cli.main import main
        sys.exit(main())
    except KeyboardInterrupt:               # before main could say anything
        sys.exit(130)
