"""UDP and TCP: flows, framing, listeners."""
