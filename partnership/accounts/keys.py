"""What follows when a second factor comes, goes or is used up: the audit knows, and a new one
ends all other sessions, so that whoever slipped in before stands outside."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from django.dispatch import receiver
from django.http import HttpResponse

from partnership.accounts.people import note
from partnership.accounts.sessions import end_others
from partnership.models import User

RECOVERY = Authenticator.Type.RECOVERY_CODES


def keys_watched(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Notice in the same transaction which keys a view added or removed."""

    @wraps(view)
    def watched(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        before = keys_of(request.user)
        response = view(request, *args, **kwargs)
        tell_of_change(request, before, keys_of(request.user))
        return response

    return watched


def keys_of(user: Any) -> dict[int, str]:
    return dict(Authenticator.objects.filter(user_id=user.pk).values_list("pk", "type"))


def tell_of_change(request: Any, before: dict[int, str], after: dict[int, str]) -> None:
    added = [after[pk] for pk in after.keys() - before.keys()]
    removed = [before[pk] for pk in before.keys() - after.keys()]
    for kind in sorted(removed):
        note(request.user, "second_factor.removed", by=request.user, kind=kind)
    for kind in sorted(added):
        note(request.user, "second_factor.added", by=request.user, kind=kind)
    if any(kind != RECOVERY for kind in added):
        end_others(request)


@receiver(authenticator_used, dispatch_uid="partnership.recovery-code-used")
def note_recovery_code(sender: Any, user: User, authenticator: Authenticator, **facts: Any) -> None:
    """A used recovery code is a lost phone, or a stranger: somebody should see it."""
    if authenticator.type == RECOVERY:
        note(user, "second_factor.recovery_code_used", by=user)
