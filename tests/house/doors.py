"""Every door of the site, as the resolver knows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver


@dataclass(frozen=True)
class Door:
    """One route: its name with the namespace, its pattern, its view."""

    name: str
    route: str
    view: Callable[..., Any]

    @property
    def sign(self) -> str:
        """The right it asks for, or that it is public or for the signed in; empty: no sign."""
        return str(getattr(self.view, "requires", ""))


def doors(resolver: URLResolver, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[Door]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Door(":".join((*names, entry.name or "")), route, entry.callback)
        else:
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from doors(entry, route, inner)
