"""The management shell: a client of a running emulator that speaks PowerShell."""
