"""Micro-benchmarks of each hot path, as ratios to a plain loop in the same run."""
