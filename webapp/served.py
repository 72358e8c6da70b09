"""What the web server's processes load: the application, and that they end when they are told to, or left alone.

A process of the server begins as a copy of the one that started it, with its handlers of signals: a SIGTERM while the
application is loaded would be noted by the copy, which nobody asks. It ends the process instead.
"""

from __future__ import annotations

import ctypes
import signal

END_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl: a server that is killed leaves nobody behind who holds its port."""

signal.signal(signal.SIGTERM, signal.SIG_DFL)
ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)

from wsgi import app  # noqa: E402  the server sets its own handlers afterwards

__all__ = ["app"]
