"""The management shell: a client of a running emulator that speaks PowerShell.

`run_text`, `run_file` and `run_terminal` are in emulator.shell.running, imported when they are
needed: they are heavy.
"""
