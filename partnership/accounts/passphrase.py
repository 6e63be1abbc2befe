"""The lock on the passphrase: five wrong ones in a quarter of an hour, for any address at all.

Whether the address is known, the passphrase right or the lock shut, the database runs the same
statements, so that neither words nor time tell a stranger who has an account here.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from partnership.accounts.people import note
from partnership.models import PassphraseLock, SignInFailure, User


def login_hash(email: str) -> bytes:
    """What stands for an address in the tables of failures and locks."""
    address = email.strip().lower()
    return salted_hmac("partnership.sign-in", address, algorithm="sha256").digest()


@transaction.atomic
def opens(email: str, *, was_right: bool) -> bool:
    """Whether this passphrase lets its person in; if not, it is counted, and the fifth locks.

    Attempts for one address wait for one another: a hundred at once are still only five.
    """
    login = login_hash(email)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(login[:8], signed=True)])
    is_shut = PassphraseLock.objects.filter(login=login).exists()
    if was_right and not is_shut:
        return True
    count_failure(login)
    return False


def count_failure(login: bytes) -> None:
    now = timezone.now()
    begin = now - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    SignInFailure.objects.create(login=login, at=now)
    if SignInFailure.objects.filter(login=login, at__gt=begin).count() >= settings.SIGN_IN_FAILURES:
        PassphraseLock.objects.bulk_create(
            [PassphraseLock(login=login, locked_at=now)], ignore_conflicts=True
        )


def is_locked(user: User) -> bool:
    return PassphraseLock.objects.filter(login=login_hash(user.email)).exists()


def unlock(user: User) -> bool:
    """Let the passphrase work again and forget the failures; False where it was not locked."""
    login = login_hash(user.email)
    SignInFailure.objects.filter(login=login).delete()
    removed, _ = PassphraseLock.objects.filter(login=login).delete()
    return removed > 0


@transaction.atomic
def note_locks() -> None:
    """Tell the audit of each person's partnerships of new locks; unknown addresses have none."""
    waiting = PassphraseLock.objects.filter(noted_at=None).select_for_update(skip_locked=True)
    new = {bytes(lock.login): lock.pk for lock in waiting}
    people = User.objects.all() if new else User.objects.none()
    for user in people:
        if login_hash(user.email) in new:
            note(user, "passphrase.locked", by=None)
    PassphraseLock.objects.filter(pk__in=new.values()).update(noted_at=timezone.now())


def forget_failures() -> None:
    """Delete failures that no longer count."""
    begin = timezone.now() - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    SignInFailure.objects.filter(at__lt=begin).delete()
