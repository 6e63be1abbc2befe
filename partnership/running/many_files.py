"""Room for many connections: to the kernel each is an open file, and 1,024 is the usual bound."""

import resource


def allow_many_files() -> None:
    """As many as this account may have at all."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
