"""What the web server's processes load: the application, and that they end with the one that started them."""

from __future__ import annotations

import ctypes
import signal

from wsgi import app

END_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl: a server that is killed leaves nobody behind who holds its port."""

ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)

__all__ = ["app"]
