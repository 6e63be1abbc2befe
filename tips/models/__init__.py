"""Tips: what somebody wants the school to know, who may read it, and the talk that follows."""

from tips.models.kind import Kind, Urgency
from tips.models.message import TipMessage
from tips.models.recipient import TipRecipient
from tips.models.said import Adult, AdultRole, Details, Place, When
from tips.models.secret import TipSecret
from tips.models.tip import Tip, TipQuerySet

__all__ = [
    "Adult",
    "AdultRole",
    "Details",
    "Kind",
    "Place",
    "Tip",
    "TipMessage",
    "TipQuerySet",
    "TipRecipient",
    "TipSecret",
    "Urgency",
    "When",
]
