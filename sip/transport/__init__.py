"""How messages reach the network and come from it: flows, UDP, TCP, framing, and host names."""
