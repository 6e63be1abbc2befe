"""What happens at the door by the clock."""

from celery import shared_task

from partnership import live
from partnership.accounts import passphrase
from partnership.models import Partnership
from partnership.tenancy import within


@shared_task(name="partnership.tasks.tend_door", ignore_result=True)
def tend_door() -> None:
    """Tell the audit of new locks, and forget failures that no longer count; once a minute."""
    passphrase.note_locks()
    passphrase.forget_failures()


@shared_task(name="partnership.tasks.forget_rings", ignore_result=True)
def forget_rings() -> None:
    """Forget what rang long ago; once an hour."""
    for partnership in Partnership.objects.all():
        with within(partnership):
            live.prune()
