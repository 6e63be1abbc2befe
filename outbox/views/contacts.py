"""A person's own telephones and devices: added, confirmed by a code, removed."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from outbox.actions.contacts import (
    CodeAnswer,
    add_device,
    add_phone,
    remove_contact,
    send_new_code,
    verify_phone,
)
from outbox.forms import DeviceForm, PhoneCodeForm, PhoneForm
from outbox.models import ContactPoint
from outbox.views.lines import line_of
from outbox.views.mine import MINE, mine_page
from partnership.actions import Refused
from partnership.permissions import MemberRequest, requires

WRONG_CODES = {
    CodeAnswer.WRONG: gettext_lazy("This is not the code. Look at the newest message."),
    CodeAnswer.TOO_LATE: gettext_lazy("This code is too old. Send a new one."),
    CodeAnswer.USED_UP: gettext_lazy("That was wrong five times. Send a new code."),
}


@requires("notices.see")
@require_POST
def phone_add(request: MemberRequest) -> HttpResponse:
    form = PhoneForm(request.POST, auto_id="phone-%s")
    if form.is_valid():
        number, label = form.cleaned_data["number"], form.cleaned_data["label"]
        try:
            phone = add_phone(number, label=label, by=request.membership)
        except Refused as why:
            form.add_error("number", str(why))
        else:
            return to_phone(request, phone)
    return mine_page(request, phone=form)


@requires("notices.see")
def phone_verify(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Where the six digits are typed."""
    phone = get_object_or_404(own(request), pk=pk, kind=ContactPoint.Kind.PHONE)
    if phone.status == ContactPoint.Status.VERIFIED:
        return to_mine(request)
    form = PhoneCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = verify_phone(phone, form.cleaned_data["code"], by=request.membership)
        if answer == CodeAnswer.RIGHT:
            messages.success(request, _("The phone is confirmed."))
            return to_mine(request)
        form.add_error("code", str(WRONG_CODES[answer]))
    facts = {"form": form, "line": line_of(phone, set())}
    return render(request, "outbox/phone.html", facts, status=422 if form.errors else 200)


@requires("notices.see")
@require_POST
def phone_code(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Another code, for who did not get the first."""
    phone = get_object_or_404(own(request), pk=pk, kind=ContactPoint.Kind.PHONE)
    try:
        send_new_code(phone, by=request.membership)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("A new code is on its way. The one before does not work now."))
    return to_phone(request, phone)


@requires("notices.see")
@require_POST
def device_add(request: MemberRequest) -> HttpResponse:
    """What push.js got from the browser."""
    form = DeviceForm(request.POST, auto_id="device-%s")
    if form.is_valid():
        subscription, label = form.cleaned_data["subscription"], form.cleaned_data["label"]
        try:
            add_device(subscription, label=label, by=request.membership)
        except Refused as why:
            form.add_error("label", str(why))
        else:
            messages.success(request, _("Push is allowed on this device. Send yourself a test."))
            return to_mine(request)
    return mine_page(request, device=form)


@requires("notices.see")
@require_POST
def contact_remove(request: MemberRequest, pk: UUID) -> HttpResponse:
    contact = get_object_or_404(own(request), pk=pk)
    remove_contact(contact, by=request.membership)
    messages.success(request, _("Removed. Nothing is sent there any more."))
    return to_mine(request)


def own(request: MemberRequest) -> QuerySet[ContactPoint]:
    """The telephones and devices of whoever asks, without those that were removed."""
    return ContactPoint.objects.of(request.membership).exclude(wrapped="")


def to_mine(request: MemberRequest) -> HttpResponse:
    return redirect(MINE, partnership=request.partnership.slug)


def to_phone(request: MemberRequest, phone: ContactPoint) -> HttpResponse:
    return redirect("outbox:phone_verify", partnership=request.partnership.slug, pk=phone.pk)
