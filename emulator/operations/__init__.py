"""The use cases: what the doors let people do with a deployment, whichever door they come by."""
