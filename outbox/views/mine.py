"""My notifications: by which ways a person is told, when it is quiet, who stands in for them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outbox.actions.contacts import kept
from outbox.actions.preferences import change_preference, preference_of
from outbox.channels.providers import served_channels
from outbox.forms import AwayForm, ChannelsForm, DeviceForm, PhoneForm, QuietForm
from outbox.forms.wishes import CHOSEN
from outbox.models import Channel, ContactPoint, Preference
from outbox.views.lines import ContactLine, line_of
from outbox.views.vapid import public_key
from partnership.models import Membership
from partnership.permissions import MemberRequest, may, requires

KIND = ContactPoint.Kind
MINE = "outbox:mine"
# What opens the doors at the page's end, for those who look after how everybody is reached.
RIGHTS = ("reach.see", "outbox.see", "ladders.manage", "webhooks.manage")


@dataclass(frozen=True)
class Way:
    """One line of the table of channels.

    hint: what is missing until it reaches this person; empty where nothing is
    """

    channel: Channel
    routine: bool
    urgent: bool
    hint: str


@dataclass(frozen=True)
class Means:
    """What one member has to be reached by, asked for once."""

    phones: list[ContactPoint]
    devices: list[ContactPoint]

    @property
    def ready(self) -> set[str]:
        """The channels that reach this person now."""
        served = set(served_channels())
        has_phone, has_device = any_verified(self.phones), any_verified(self.devices)
        has = {Channel.EMAIL: True, Channel.PUSH: has_device}
        has |= {Channel.SMS: has_phone, Channel.VOICE: has_phone}
        return {channel.value for channel, there in has.items() if there and channel in served}


@requires("notices.see")
def mine(request: MemberRequest) -> HttpResponse:
    return mine_page(request)


@requires("notices.see")
@require_POST
def mine_channels(request: MemberRequest) -> HttpResponse:
    preference, ready = preference_of(request.membership), means_of(request).ready
    return keep(request, channels=ChannelsForm(request.POST, preference=preference, ready=ready))


@requires("notices.see")
@require_POST
def mine_quiet(request: MemberRequest) -> HttpResponse:
    preference = preference_of(request.membership)
    return keep(request, quiet=QuietForm(request.POST, preference=preference))


@requires("notices.see")
@require_POST
def mine_away(request: MemberRequest) -> HttpResponse:
    preference, member = preference_of(request.membership), request.membership
    return keep(request, away=AwayForm(request.POST, preference=preference, member=member))


def keep(request: MemberRequest, **sent: Form) -> HttpResponse:
    """Keep what one of the forms says, or show the page with what is wrong with it."""
    (form,) = sent.values()
    if not form.is_valid():
        return mine_page(request, **sent)
    change_preference(request.membership, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(MINE, partnership=request.partnership.slug)


def mine_page(request: MemberRequest, **sent: Form) -> HttpResponse:
    """The whole page; `sent` are forms that came back with a mistake."""
    preference, means = preference_of(request.membership), means_of(request)
    forms = fresh_forms(request.membership, preference, means) | sent
    facts = {
        **forms,
        "ways": ways_of(forms["channels"], means),
        "served": served_channels(),
        "phones": lines(means.phones, means.ready),
        "devices": lines(means.devices, means.ready),
        "preference": preference,
        "push_key": public_key(),
        "rights": {right for right in RIGHTS if may(request.membership, right)},
        "wrong": next(iter(sent.values()), None),
    }
    return render(request, "outbox/mine.html", facts, status=422 if sent else 200)


def fresh_forms(member: Membership, preference: Preference, means: Means) -> dict[str, Any]:
    """All forms of the page, showing what stands."""
    return {
        "channels": ChannelsForm(preference=preference, ready=means.ready),
        "quiet": QuietForm(preference=preference),
        "away": AwayForm(preference=preference, member=member),
        "phone": PhoneForm(auto_id="phone-%s"),
        "device": DeviceForm(auto_id="device-%s"),
    }


def means_of(request: MemberRequest) -> Means:
    member = request.membership
    return Means(kept(member, KIND.PHONE), kept(member, KIND.DEVICE))


def any_verified(contacts: list[ContactPoint]) -> bool:
    return any(contact.status == ContactPoint.Status.VERIFIED for contact in contacts)


def lines(contacts: list[ContactPoint], ready: set[str]) -> list[ContactLine]:
    return [line_of(contact, ready) for contact in contacts]


def ways_of(form: ChannelsForm, means: Means) -> list[Way]:
    """The table: a tick for each channel and urgency, and the way to what is not there yet."""
    routine, urgent = form["routine"].value() or (), form["urgent"].value() or ()
    return [
        Way(channel, channel in routine, channel in urgent, hint_of(channel, means))
        for channel in CHOSEN
    ]


def hint_of(channel: Channel, means: Means) -> str:
    if channel in means.ready:
        return ""
    if channel not in served_channels():
        return _("Not set up in this portal. Your coordinator can ask for it.")
    if channel == Channel.PUSH:
        return _("Allow push on a device first, below.")
    return _("Add a phone and confirm it first, below.")
