"""The plain objects that the service is about: no sockets, no event loop."""
