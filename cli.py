#!/usr/bin/env python3
"""The command line, run from where this file lies: python cli.py COMMAND."""
import sys

if __name__ == "__main__":
    try:
        from purenn.cli import main
        sys.exit(main())
    except KeyboardInterrupt:               # before main could say anything
        sys.exit(130)
