"""The command line: ``python cli.py COMMAND``, ``python -m purenn COMMAND``, or, installed, ``purenn COMMAND``.

``main`` finds the command. Each command is a module of its own with ``run(arguments)``, loaded when it is called.
"""
