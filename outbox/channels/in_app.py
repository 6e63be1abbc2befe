"""Shows a notice in the portal itself. The row is the message: nothing has to travel."""

from outbox.channels.base import Recipient
from outbox.models import Channel, Delivery, Notification, Urgency


class InApp:
    """The bell and the page of notices."""

    def plan(self, notification: Notification, recipient: Recipient) -> Delivery:
        return Delivery(
            partnership_id=notification.partnership_id,
            notification=notification,
            membership_id=recipient.membership_id,
            channel=Channel.IN_APP,
            language=recipient.language,
            rank=Urgency(notification.urgency).rank,
            status=Delivery.Status.SUBMITTED,
            due_at=notification.planned_at,
            submitted_at=notification.planned_at,
        )

    def send(self, delivery: Delivery) -> None:
        """It is there as soon as the deed is."""

    def close(self) -> None:
        """No connection was open."""
