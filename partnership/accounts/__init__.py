"""Sign-in: allauth's adapters, the lock on the passphrase, second factors, the covered screen."""

from partnership.accounts.adapters import AccountAdapter, KeyAdapter
from partnership.accounts.awake import is_asleep, is_background, keep_awake, sign_in_is_over
from partnership.accounts.cover import concealed

__all__ = [
    "AccountAdapter",
    "KeyAdapter",
    "concealed",
    "is_asleep",
    "is_background",
    "keep_awake",
    "sign_in_is_over",
]
