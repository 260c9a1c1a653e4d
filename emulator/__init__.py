"""An emulator of the Response Group service of two paired Lync Server 2013 pools, in SIP."""

__version__ = "0.1.0"
