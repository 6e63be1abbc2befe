"""What happens at the door by the clock."""

from celery import shared_task

from partnership.accounts import passphrase


@shared_task(name="partnership.tasks.tend_door", ignore_result=True)
def tend_door() -> None:
    """Tell the audit of new locks, and forget failures that no longer count; once a minute."""
    passphrase.note_locks()
    passphrase.forget_failures()
