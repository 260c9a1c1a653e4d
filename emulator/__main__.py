"""`python -m emulator` is `rgs`."""

from emulator.cli import main

if __name__ == "__main__":
    main()
