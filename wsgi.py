"""What a WSGI server and the `flask` command load."""

from __future__ import annotations

import sys

from webapp import create_app
from webapp.config import BadSetting
from webapp.postgres import ClusterError

try:
    app = create_app()
except (BadSetting, ClusterError) as error:
    print(f"归雁图 cannot start: {error}", file=sys.stderr)
    sys.exit(2)
