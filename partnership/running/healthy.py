"""Asks the web server whether it is alive, as a visitor of its public address would."""

import http.client
import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit


def answers(env: Mapping[str, str]) -> bool:
    """Whether /healthz says 200 on the address and port that this environment names."""
    bind = env.get("PORTAL_BIND", "127.0.0.1").strip("[]")
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - not a bind
    visit = http.client.HTTPConnection(near, int(env.get("PORTAL_PORT", "8000")), timeout=10)
    host = urlsplit(env.get("PUBLIC_URL", "")).netloc or "localhost"
    try:
        visit.request("GET", "/healthz", headers={"Host": host})
        return visit.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        visit.close()


if __name__ == "__main__":
    sys.exit(0 if answers(os.environ) else 1)
