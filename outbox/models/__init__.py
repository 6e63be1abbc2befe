"""What must reach people, whom, by which way, and how far each message has come."""

from outbox.models.contact import PHONE_CHANNELS, ContactPoint, Preference
from outbox.models.delivery import Delivery, DeliveryAttempt, DeliveryQuerySet
from outbox.models.endpoint import WebhookEndpoint
from outbox.models.escalation import Escalation, EscalationQuerySet
from outbox.models.finding import Finding, FindingQuerySet
from outbox.models.ladder import Ladder, Rung
from outbox.models.notification import Channel, Notification, Urgency
from outbox.models.provider import Provider

__all__ = [
    "PHONE_CHANNELS",
    "Channel",
    "ContactPoint",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryQuerySet",
    "Escalation",
    "EscalationQuerySet",
    "Finding",
    "FindingQuerySet",
    "Ladder",
    "Notification",
    "Preference",
    "Provider",
    "Rung",
    "Urgency",
    "WebhookEndpoint",
]
