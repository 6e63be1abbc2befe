"""Text messages: what the provider gets, and what its no means. The provider is the stand-in."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from outbox.channels import twilio_client
from outbox.channels.account import account_of
from outbox.channels.http_gateway import failure_of
from outbox.channels.sms import open_carrier
from outbox.channels.words import words_of
from outbox.models import Urgency
from tests.outbox.parcels import DELIVERY, NUMBER, failure, parcel, send

INVALID, OPTED_OUT = "+15005550001", "+15005550004"
FORMS = ["plain", "twilio"]


@pytest.fixture
def opened(gateway, settings, request):
    """Opens a carrier in one of the two forms."""
    settings.OUTBOX_INSIDE_HOSTS = [gateway.host]
    places = {
        "plain": f"http://demo:cG9ydGFs@{gateway.host}/send/sms?from=%2B15555550100",
        "twilio": f"twilio+http://AC1:token@{gateway.host}?from=%2B15555550100",
    }
    form = getattr(request, "param", "plain")
    return lambda: open_carrier(places[form], name="sms-1")


both_forms = pytest.mark.parametrize("opened", FORMS, indirect=True)


@both_forms
def test_a_text_message_arrives_once_and_in_its_words(opened, gateway):
    (receipt,) = send(opened, parcel())
    (taken,) = gateway.received("sms")
    assert (taken["id"], taken["to"]) == (str(DELIVERY), NUMBER)
    assert taken["text"] == words_of(parcel())
    assert receipt.message_id


def test_a_second_copy_is_told_as_one(opened, gateway):
    one, other = send(opened, parcel(), parcel(attempt=2))
    assert one.message_id == other.message_id
    (taken,) = gateway.received("sms")
    assert taken["count"] == 2


@both_forms
@pytest.mark.parametrize(
    "address", ["", "5551234", "+1 555 555 1234", '+1555","x":"', f"+{10**15}"]
)
def test_a_malformed_number_never_leaves_the_house(opened, gateway, address):
    problem = failure(opened, parcel(address=address))
    assert (problem.code, problem.address_is_dead) == ("malformed", True)
    assert gateway.counts("sms")["requests"] == 0


@both_forms
@pytest.mark.parametrize(
    ("address", "codes"), [(INVALID, {"invalid-to", "invalid-number"}), (OPTED_OUT, {"opted-out"})]
)
def test_a_number_that_nothing_reaches_is_dead(opened, address, codes):
    problem = failure(opened, parcel(address=address))
    assert problem.code in codes
    assert problem.permanent
    assert problem.address_is_dead


@both_forms
@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "http-500"), (429, "http-429"), (401, "unauthorized")],
)
def test_trouble_at_the_provider_can_pass(opened, gateway, status, code):
    gateway.control("sms", fail=status)
    problem = failure(opened, parcel())
    assert (problem.code, problem.permanent) == (code, False)


@both_forms
def test_an_alarm_does_not_wait_for_a_provider_that_stalls(opened, gateway, monkeypatch):
    gateway.control("sms", stall=5)
    problem = failure(opened, parcel(urgency=Urgency.PANIC))
    assert (problem.code, problem.permanent) == ("timeout", False)


@pytest.mark.parametrize("scheme", ["http", "twilio+http"])
def test_a_provider_that_is_away_can_come_back(settings, scheme):
    settings.OUTBOX_INSIDE_HOSTS = ["127.0.0.1:9"]
    opened = lambda: open_carrier(f"{scheme}://a:b@127.0.0.1:9/x", name="sms-1")  # noqa: E731
    problem = failure(opened, parcel())
    assert (problem.code, problem.permanent) == ("unreachable", False)


def test_an_alarm_by_twilio_is_valid_for_two_minutes(settings, receiver):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    address = receiver.url.replace("http://", "twilio+http://AC1:token@")
    receiver.answers["/2010-04-01/Accounts/AC1/Messages.json"] = '{"sid": "SM1"}'
    send(lambda: open_carrier(address, name="sms-1"), parcel(urgency=Urgency.PANIC), parcel())
    alarm, routine = receiver.posted
    assert alarm.form["ValidityPeriod"] == "120"
    assert "ValidityPeriod" not in routine.form
    assert alarm.form["StatusCallback"].endswith(f"/mapleton/notices/callbacks/sms/{DELIVERY}/")


def test_what_a_plain_gateway_gets(settings, receiver):
    settings.OUTBOX_INSIDE_HOSTS = [receiver.url.removeprefix("http://")]
    address = f"{receiver.url.replace('//', '//us:s%2Fcret@')}/send?from=%2B15555550100"
    send(lambda: open_carrier(address, name="sms-1"), parcel())
    (posted,) = receiver.posted
    assert posted.headers["Idempotency-Key"] == str(DELIVERY)
    assert posted.headers["Authorization"] == "Basic dXM6cy9jcmV0"
    assert set(posted.facts) == {"id", "to", "from", "text", "callback"}
    assert posted.facts["from"] == "+15555550100"
    assert posted.facts["callback"].endswith(f"/mapleton/notices/callbacks/sms/{DELIVERY}/")


@pytest.mark.parametrize(
    "url",
    ["http://u:p@x.example/", "twilio+http://a:b@x.example", "ftp://x.example", "https://"],
)
def test_an_address_in_the_settings_that_can_not_be_is_refused(url):
    with pytest.raises(ImproperlyConfigured) as caught:
        account_of(url, name="sms-1")
    assert "x.example" not in str(caught.value)


def test_no_secret_is_shown_where_an_account_is_printed():
    account = account_of("https://who:hidden@x.example", name="sms-1")
    assert "hidden" not in repr(account)
    assert "who" not in repr(account)


TWILIOS = [
    (400, 21211, "invalid-number", True, True),
    (400, 21214, "invalid-number", True, True),
    (400, 21614, "invalid-number", True, True),
    (400, 21610, "opted-out", True, True),
    (400, 21602, "twilio-21602", True, False),
    (401, 20003, "unauthorized", False, False),
    (403, None, "unauthorized", False, False),
    (404, 20404, "unauthorized", False, False),
    (429, 20429, "http-429", False, False),
    (500, 20500, "http-500", False, False),
]


@pytest.mark.parametrize(("status", "number", "code", "permanent", "dead"), TWILIOS)
def test_each_no_of_twilio_gets_its_short_code(status, number, code, permanent, dead):
    problem = twilio_client.failure_of(status, number)
    assert (problem.code, problem.permanent, problem.address_is_dead) == (code, permanent, dead)


@pytest.mark.parametrize(
    ("status", "said", "code", "permanent"),
    [
        (400, "told-to-fail", "http-400", True),
        (422, "landline", "landline", True),
        (404, "", "http-404", False),
        (302, "", "http-302", False),
        (403, "", "unauthorized", False),
    ],
)
def test_each_no_of_a_gateway_gets_its_short_code(status, said, code, permanent):
    problem = failure_of(status, said)
    assert (problem.code, problem.permanent) == (code, permanent)
