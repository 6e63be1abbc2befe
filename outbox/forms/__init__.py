"""What people type on the outbox's pages, by noun."""

from outbox.forms.ladders import AnswerForm, LadderForm, RungForm
from outbox.forms.phones import CodeForm, DeviceForm, PhoneForm
from outbox.forms.webhooks import WebhookForm
from outbox.forms.wishes import AwayForm, ChannelsForm, QuietForm

__all__ = [
    "AnswerForm",
    "AwayForm",
    "ChannelsForm",
    "CodeForm",
    "DeviceForm",
    "LadderForm",
    "PhoneForm",
    "QuietForm",
    "RungForm",
    "WebhookForm",
]
