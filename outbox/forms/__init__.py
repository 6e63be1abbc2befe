"""What people type on the outbox's pages, by noun."""

from outbox.forms.ladders import AnswerForm, LadderForm, RungForm
from outbox.forms.phones import DeviceForm, PhoneCodeForm, PhoneForm
from outbox.forms.webhooks import WebhookForm
from outbox.forms.wishes import AwayForm, ChannelsForm, QuietForm

__all__ = [
    "AnswerForm",
    "AwayForm",
    "ChannelsForm",
    "DeviceForm",
    "LadderForm",
    "PhoneCodeForm",
    "PhoneForm",
    "QuietForm",
    "RungForm",
    "WebhookForm",
]
