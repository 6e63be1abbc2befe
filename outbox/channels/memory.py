"""The in-memory twin of every channel, for tests: what was sent stands in a list."""

from outbox.channels.base import Carrier, Parcel, Receipt, SendError

sent: list[Parcel] = []
# What the next ones answer instead of a yes, in order.
failures: list[SendError] = []


class Memory:
    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, parcel: Parcel) -> Receipt:
        if failures:
            raise failures.pop(0)
        sent.append(parcel)
        return Receipt(f"{self.name}-{parcel.id.hex[-12:]}")

    async def close(self) -> None:
        """There was no connection."""


def open_carrier(url: str, *, name: str) -> Carrier:
    return Memory(name)
