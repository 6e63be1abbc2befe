"""Where telephone providers report what became of a message, and ask what a call is to say.

Anyone can knock here; without a provider's signature nothing is even looked up.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.twiml.voice_response import Gather, VoiceResponse

from outbox.channels.account import call_url
from outbox.channels.reports import Letterhead, Report, report_in
from outbox.channels.words import VERIFY, code_words, short_words, voice_answer
from outbox.models import Channel, Delivery, Urgency
from outbox.reporting import YES, note_report
from partnership.permissions import PortalRequest, public

MOST_BYTES = 16 * 1024
LISTENS_SECONDS = 6
# As whom Twilio speaks each of our languages.
SPOKEN = {"en": "en-US", "es": "es-MX"}


@csrf_exempt  # the signature says who asks; there is no browser and no cookie
@public
@require_POST
def callback(request: PortalRequest, channel: str, pk: UUID) -> HttpResponse:
    report = signed_report(request, channel)
    note_report(locked_delivery(pk, channel), report)
    return HttpResponse(status=204)


@csrf_exempt  # as above
@public
@require_POST
def call(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Somebody has picked up, or pressed a key."""
    report = signed_report(request, Channel.VOICE)
    delivery = locked_delivery(pk, Channel.VOICE)
    note_report(delivery, report)
    spoken = conversation(request, delivery, digits=report.digits)
    return HttpResponse(str(spoken), content_type="text/xml")


def signed_report(request: HttpRequest, channel: str) -> Report:
    """What the request says, if a provider has signed it. Raises PermissionDenied."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise RequestDataTooBig("A callback is short.")
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    report = report_in(channel, Letterhead(url, request.headers, body))
    if report is None:
        raise PermissionDenied
    return report


def locked_delivery(pk: UUID, channel: str) -> Delivery:
    rows = Delivery.objects.select_related("notification", "contact")
    rows = rows.select_for_update(of=("self",))
    return get_object_or_404(rows, pk=pk, channel=channel)


def conversation(request: PortalRequest, delivery: Delivery, *, digits: str) -> Any:
    """The text twice, then a key; after any other key, or none, the text once more."""
    text = words_of_call(request, delivery)
    language = SPOKEN.get(delivery.language, delivery.language)
    response = VoiceResponse()
    if digits == YES:
        thanks = voice_answer("thanks", language=delivery.language)
        response.say(thanks, language=language)
        return response
    if not digits:
        response.append(question(text, language, call_url(request.partnership.slug, delivery.pk)))
    response.say(text, language=language)
    response.hangup()
    return response


def words_of_call(request: PortalRequest, delivery: Delivery) -> str:
    """The words of its class; or the code, a digit at a time, where a telephone that takes no
    text messages is being verified."""
    if delivery.notification.kind == VERIFY and delivery.contact is not None:
        return code_words(" ".join(delivery.contact.code), language=delivery.language)
    return short_words(
        Channel.VOICE,
        urgency=Urgency(delivery.notification.urgency),
        partnership=request.partnership.name,
        slug=request.partnership.slug,
        language=delivery.language,
    )


def question(text: str, language: str, action: str) -> Any:
    gather = Gather(num_digits=1, timeout=LISTENS_SECONDS, action=action, method="POST")
    gather.say(text, language=language)
    gather.say(text, language=language)
    return gather
