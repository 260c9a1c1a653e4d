"""Seeded mutations of valid SIP messages against a running server: `./run mutate`."""
