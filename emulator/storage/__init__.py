"""What outlives the process: the pools' databases, and the deployment's own store."""
