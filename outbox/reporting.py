"""What a provider reports after its yes: delivered, refused after all, or a key was pressed.

Reports come late, twice, and in any order; none ever takes a delivery a step back.
"""

from django.db import transaction
from django.db.models.functions import Now

from outbox.actions import acknowledge
from outbox.channels.reports import Report
from outbox.models import Channel, Delivery
from outbox.settling import refuse_afterwards

# The key that a call asks for.
YES = "1"
Status = Delivery.Status


@transaction.atomic
def note_report(delivery: Delivery, report: Report) -> None:
    """Note what a provider says of a delivery that is locked in our hands."""
    if report.is_delivered or report.digits:
        note_taken(delivery, report)
    if report.is_delivered:
        Delivery.objects.filter(pk=delivery.pk, status=Status.SUBMITTED).update(
            status=Status.DELIVERED, delivered_at=Now()
        )
    elif report.is_refused and is_about_this_try(delivery, report):
        refuse_afterwards(delivery, code=report.code, address_is_dead=report.address_is_dead)
    if delivery.channel == Channel.VOICE and report.digits == YES:
        acknowledge(delivery)


def note_taken(delivery: Delivery, report: Report) -> None:
    """Their word may be faster than our own note of their yes, or that note was lost with its
    process. It proves the yes, so that nobody sends it a second time."""
    Delivery.objects.filter(pk=delivery.pk, status=Status.LEASED).update(
        status=Status.SUBMITTED,
        submitted_at=Now(),
        lease_until=None,
        last_failure="",
        provider=report.provider,
        provider_message_id=report.message_id,
    )


def is_about_this_try(delivery: Delivery, report: Report) -> bool:
    """Whether a no is about the copy that counts. One that another provider has taken since, or
    is being asked to take, is not undone by an older no."""
    if delivery.status == Status.LEASED:
        return delivery.attempts == 1
    is_provider = delivery.provider in {"", report.provider}
    return is_provider and delivery.provider_message_id in {"", report.message_id}
