"""The command line: one file for each command, and what they share.

No logic beyond arguments and printing lives here. Modules import what costs time
inside the functions that need it, since `stageify --version` is a start-up too.
"""
