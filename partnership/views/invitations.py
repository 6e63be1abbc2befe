"""Links from e-mails: to join, and to come back in. Whatever is wrong with one, one calm page."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnership import actions
from partnership.forms import JoinForm, PassphraseForm
from partnership.models import Invitation, Membership, User
from partnership.permissions import NEEDS_SECOND_FACTOR, PortalRequest, public
from partnership.states import WrongStatus

SALTS = {
    Invitation.Purpose.JOIN: "partnership.invitation",
    Invitation.Purpose.RETURN: "partnership.way_back",
}


@public
def invitation_accept(request: PortalRequest, token: str) -> HttpResponse:
    """Join: with a new account, or with the one that the invited address has."""
    invitation = invitation_of(token, Invitation.Purpose.JOIN)
    if invitation is None:
        return gone(request)
    account = User.objects.filter(email=invitation.email).first()
    try:
        if account is None:
            return join_as_new(request, invitation)
        return join_as_known(request, invitation, account)
    except WrongStatus:
        return gone(request)


def join_as_new(request: PortalRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, person=User(email=invitation.email))
    if not form.is_valid():
        facts = {"invitation": invitation, "form": form}
        return render(request, "account/invitation.html", facts, status=422 if form.errors else 200)
    typed = form.cleaned_data
    member = actions.join_partnership(invitation, name=typed["name"], words=typed["passphrase"])
    response: HttpResponse = perform_login(request, member.user, redirect_url=next_step_of(member))
    # They have just chosen it: setting up a key asks for it only later.
    record_authentication(request, member.user, "password", reauthenticated=True)
    return response


def join_as_known(request: PortalRequest, invitation: Invitation, account: User) -> HttpResponse:
    """The invited person signs in first, then joins with one press."""
    if request.user != account:
        facts = {"invitation": invitation, "is_other": request.user.is_authenticated}
        return render(request, "account/invitation.html", facts)
    if request.method != "POST":
        facts = {"invitation": invitation, "is_known": True}
        return render(request, "account/invitation.html", facts)
    return redirect(next_step_of(actions.accept_invitation(invitation, by=account)))


@public
def way_back(request: PortalRequest, token: str) -> HttpResponse:
    """Set a new passphrase; the sign-in that follows asks for the second factor as always."""
    invitation = invitation_of(token, Invitation.Purpose.RETURN)
    if invitation is None:
        return gone(request)
    members = Membership.objects.current().select_related("user")
    member = members.filter(invitation=invitation).first()
    if member is None:
        return gone(request)
    form = PassphraseForm(request.POST or None, person=member.user)
    if not form.is_valid():
        facts = {"form": form}
        return render(request, "account/way_back.html", facts, status=422 if form.errors else 200)
    try:
        actions.take_way_back(invitation, words=form.cleaned_data["passphrase"])
    except WrongStatus:
        return gone(request)
    messages.success(request, _("Your new passphrase works now. Sign in with it."))
    return redirect("account_login")


def invitation_of(token: str, purpose: Invitation.Purpose) -> Invitation | None:
    """The open row of the open partnership that this link was signed for."""
    try:
        pk = signing.loads(token, salt=SALTS[purpose])
    except signing.BadSignature:
        return None
    return Invitation.objects.open().filter(pk=pk, purpose=purpose).first()


def gone(request: HttpRequest) -> HttpResponse:
    """Forged, used, withdrawn, too old, from elsewhere: nobody learns which."""
    return render(request, "account/link_gone.html", status=410)


def next_step_of(member: Membership) -> str:
    """The board; for a role that sees children, first the keys without which it stays shut."""
    if member.role in NEEDS_SECOND_FACTOR:
        return reverse("mfa_index")
    return reverse("board", kwargs={"partnership": member.partnership.slug})
