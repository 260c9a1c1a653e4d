"""What the emulator costs, against peers in the same run, and how to measure it again."""
