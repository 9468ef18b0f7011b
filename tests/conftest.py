"""What every test runs under."""

from __future__ import annotations

import signal

# A shell starts what it puts in the background with Ctrl-C ignored, and children inherit that:
# tests of Ctrl-C would then wait for nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
