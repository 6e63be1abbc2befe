"""What rows say in codes and numbers, as sentences for the people who read a page."""

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbox.models import Channel, Delivery

# A code, or how it begins → what it means. The first that fits is said.
FAILURES: tuple[tuple[str, Promise], ...] = (
    (r"invalid|unknown-number", gettext_lazy("this number does not exist")),
    (r"malformed", gettext_lazy("the address is not written right")),
    (r"opted-out", gettext_lazy("the person answered STOP to our messages")),
    (r"landline", gettext_lazy("this number takes no text messages")),
    (r"gone", gettext_lazy("the device does not take notices any more")),
    (r"removed", gettext_lazy("it was removed")),
    (r"no-answer", gettext_lazy("nobody picked up")),
    (r"busy", gettext_lazy("the line was busy")),
    (r"timeout", gettext_lazy("the provider did not answer in time")),
    (r"certificate", gettext_lazy("the certificate of the server is not right")),
    (r"unreachable", gettext_lazy("the provider could not be reached")),
    (r"inside", gettext_lazy("the address leads to a place inside, where nothing is sent")),
    (r"redirect", gettext_lazy("the server sent us to another address")),
    (r"smtp-55[0-4]", gettext_lazy("there is no such mailbox, or it takes no mail")),
    (r"smtp-5", gettext_lazy("the mail server refused it")),
    (r"smtp-4", gettext_lazy("the mail server asked us to wait")),
    (r"bounce", gettext_lazy("the mail came back")),
    (r"unauthorized", gettext_lazy("the provider does not let us in")),
    (r"http-429", gettext_lazy("too many at once; we wait and try again")),
    (r"http-404", gettext_lazy("there is nothing at this address any more")),
    (r"http-4|twilio-", gettext_lazy("the provider refused it")),
    (r"http-5", gettext_lazy("the provider is in trouble")),
    (r"fault", gettext_lazy("the portal itself made a mistake; it is in its log")),
    (r"gave-up", gettext_lazy("we tried often and gave up")),
)
OTHERWISE = gettext_lazy("the provider said no")
STATUS = Delivery.Status


def failure_in_words(code: str) -> str:
    """Why something did not arrive; empty where nothing failed."""
    if not code:
        return ""
    fitting = (words for pattern, words in FAILURES if re.match(pattern, code))
    return str(next(fitting, OTHERWISE))


def how_it_went(delivery: Delivery) -> str:
    """How far one message has come, in one sentence."""
    sentences = {
        STATUS.PLANNED: _("On its way."),
        STATUS.LEASED: _("On its way."),
        STATUS.DELIVERED: _("Delivered."),
        STATUS.SEEN: _("Seen."),
        STATUS.ACKNOWLEDGED: _("Answered."),
        STATUS.SUPERSEDED: _("Not sent: it was not needed any more."),
        STATUS.EXPIRED: _("Not sent: it would have come too late."),
    }
    why = failure_in_words(delivery.last_failure) or str(OTHERWISE)
    if delivery.status == STATUS.SUBMITTED:
        return taken(delivery)
    if delivery.status == STATUS.FAILED_FOR_NOW:
        return _("Not yet: %(why)s. We try again.") % {"why": why}
    if delivery.status == STATUS.FAILED:
        return _("Failed: %(why)s.") % {"why": why}
    return sentences[STATUS(delivery.status)]


def taken(delivery: Delivery) -> str:
    since = timezone.now() - (delivery.submitted_at or timezone.now())
    ago = seconds_in_words(max(int(since.total_seconds()), 1))
    if delivery.channel == Channel.EMAIL:
        return _("Taken by the mail server %(ago)s ago. Look into your inbox.") % {"ago": ago}
    return _("Taken by the provider %(ago)s ago.") % {"ago": ago}


def is_settled(delivery: Delivery) -> bool:
    """Whether the page need not ask again: it ended, or the provider has had its minute."""
    if delivery.status == STATUS.SUBMITTED and delivery.submitted_at:
        return timezone.now() - delivery.submitted_at > timedelta(minutes=1)
    waiting = (*Delivery.WAITING, STATUS.LEASED, STATUS.SUBMITTED)
    return delivery.status not in waiting


def seconds_in_words(seconds: int) -> str:
    """“45 seconds”, “5 minutes”, “2 hours”: in the largest unit that leaves nothing over, and
    without the rest where it is long ago."""
    if seconds >= 3600 and (seconds % 3600 == 0 or seconds > 6 * 3600):
        hours = seconds // 3600
        return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}
    if seconds >= 60 and (seconds % 60 == 0 or seconds > 600):
        minutes = seconds // 60
        words = ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes)
        return words % {"minutes": minutes}
    return ngettext("%(seconds)d second", "%(seconds)d seconds", seconds) % {"seconds": seconds}


def joined(words: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
