"""The image: its steps, a lab made of it, and a rehearsal of both without an engine."""
