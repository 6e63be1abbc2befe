"""The demo's stand-in for every provider of the outbox that nobody named: where it stands, how it
is started, and how the others find it."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from partnership.running import keys

HOST = "127.0.0.1"
SENDER = quote("+15555550100")


@dataclass(frozen=True)
class StandIn:
    """Its ports, and the folder in which it keeps what it gets."""

    folder: Path
    smtp_port: int
    http_port: int

    @property
    def command(self) -> tuple[str, ...]:
        ports = ("--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port))
        return ("manage.py", "gateway", *ports, "--data", str(self.folder))

    @property
    def answers(self) -> bool:
        """Whether it runs now."""
        with socket.socket() as line:
            return line.connect_ex((HOST, self.http_port)) == 0

    def names(self, secrets: Path) -> dict[str, str]:
        """What every process is told of it."""
        place = f"{HOST}:{self.http_port}"
        telephone = f"twilio+http://demo:demo@{place}?from={SENDER}"
        return {
            "EMAIL_URL": f"smtp://{HOST}:{self.smtp_port}",
            "SMS_URL": telephone,
            "VOICE_URL": telephone,
            "WEBPUSH_PRIVATE_KEY": keys.keep_push_key(secrets),
            "OUTBOX_INSIDE_HOSTS": place,
            "GATEWAY_URL": f"http://{place}",
        }


def stand_in_at(root: Path) -> StandIn:
    """On the ports of the last time, if they are free: the demo's devices know no others."""
    folder = root / "gateway"
    kept = remembered(folder)
    if kept is None or not (is_free(kept.smtp_port) and is_free(kept.http_port)):
        kept = StandIn(folder, *free_ports())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ports = {name: port for name, port in asdict(kept).items() if name != "folder"}
        (folder / "ports.json").write_text(json.dumps(ports))
    return kept


def running_at(root: Path) -> StandIn | None:
    """The one that already runs on a data folder."""
    kept = remembered(root / "gateway")
    return kept if kept and kept.answers else None


def remembered(folder: Path) -> StandIn | None:
    try:
        ports = json.loads((folder / "ports.json").read_text())
        return StandIn(folder, int(ports["smtp_port"]), int(ports["http_port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_free(port: int) -> bool:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has; both are held until both are known."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]
