#!/usr/bin/env python3
"""The command line, run from where this file lies: python cli.py COMMAND."""
import sys

from purenn.commands import main

if __name__ == "__main__":
    sys.exit(main())
