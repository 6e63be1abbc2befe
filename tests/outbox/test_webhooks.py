"""Programs that are told by webhook: kept, tried, paused, and really forgotten."""

import re

import pytest

from outbox import sending
from outbox.actions import send, webhooks
from outbox.models import Delivery, WebhookEndpoint
from partnership.models import AuditEntry
from partnership.tenancy import within

HOOKS = "/mapleton/notices/webhooks/"
TYPED = {
    "name": "Records system",
    "url": "https://records.example.org/hook",
    "kinds": ["tips.tip_received"],
}


@pytest.fixture
def okafor(every_way, settings, coordinator_okafor, sign_in):
    settings.OUTBOX_PROVIDERS = {**settings.OUTBOX_PROVIDERS, "webhook": ["memory:"]}
    return sign_in(coordinator_okafor)


@pytest.fixture
def endpoint(mapleton, coordinator_okafor):
    endpoint = WebhookEndpoint(partnership=mapleton, **TYPED)
    webhooks.add_webhook(endpoint, by=coordinator_okafor.user)
    return endpoint


def door(endpoint, deed=""):
    return f"{HOOKS}{endpoint.pk}/{deed}"


def secret_on(page):
    return re.search(r"whsec_[A-Za-z0-9+/=]+", page.text)


def test_the_secret_is_shown_once(okafor):
    answer = okafor.post(f"{HOOKS}add/", TYPED)
    endpoint = WebhookEndpoint.objects.get()
    assert secret_on(answer)[0] == endpoint.secret
    assert endpoint.secret not in endpoint.wrapped_secret
    pages = [okafor.get(HOOKS), okafor.get(door(endpoint))]
    assert not any(secret_on(page) for page in pages)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://records.example.org/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://[::1]/"},
        {"url": "https://2130706433/"},
        {"url": "https://10.0.0.5/hook"},
        {"url": "https://me:word@records.example.org/"},
        {"url": "https://records.example.org/" + "x" * 400},
        {"url": "javascript:alert(1)"},
        {"url": ""},
        {"kinds": []},
        {"kinds": ["outbox.test"]},
        {"name": ""},
        {"name": "x" * 61},
    ],
)
def test_what_can_not_be_called_is_refused(okafor, wrong):
    answer = okafor.post(f"{HOOKS}add/", TYPED | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == wrong.keys()
    assert not WebhookEndpoint.objects.exists()


def test_an_address_is_kept_once_and_ten_at_most(okafor, endpoint):
    assert okafor.post(f"{HOOKS}add/", TYPED).status_code == 422
    for number in range(9):
        okafor.post(f"{HOOKS}add/", TYPED | {"url": f"https://records.example.org/{number}"})
    answer = okafor.post(f"{HOOKS}add/", TYPED | {"url": "https://records.example.org/more"})
    assert answer.status_code == 422
    assert WebhookEndpoint.objects.count() == 10


def test_a_test_is_signed_with_the_secret_and_its_result_is_shown(okafor, endpoint, mapleton):
    answer = okafor.post(door(endpoint, "test/"))
    assert "On its way." in okafor.get(answer.url).text
    Delivery.objects.update(status="failed", last_failure="http-503")
    assert "Failed: the provider is in trouble." in okafor.get(answer.url).text


def test_a_test_really_leaves(okafor, every_way, endpoint, mapleton):
    okafor.post(door(endpoint, "test/"))
    sending.carry(mapleton)
    (parcel,) = every_way.sent
    assert (parcel.channel, parcel.address, parcel.kind) == ("webhook", TYPED["url"], "outbox.test")
    assert parcel.secret == endpoint.secret


def test_while_it_is_paused_it_is_told_nothing(okafor, endpoint, maple_high, principal_rivera):
    def tell():
        send("tips.tip_received", to=[principal_rivera], about=maple_high, link="/")
        return Delivery.objects.filter(endpoint=endpoint).count()

    okafor.post(door(endpoint, "pause/"))
    assert tell() == 0
    assert "Paused" in okafor.get(HOOKS).text
    okafor.post(door(endpoint, "resume/"))
    assert tell() == 1


def test_a_new_secret_takes_the_place_of_the_old(okafor, endpoint):
    answer = okafor.post(door(endpoint, "secret/"))
    old = endpoint.secret
    endpoint.refresh_from_db()
    assert secret_on(answer)[0] == endpoint.secret != old


def test_what_is_removed_is_forgotten_though_deliveries_name_it(okafor, endpoint):
    okafor.post(door(endpoint, "test/"))
    okafor.post(door(endpoint, "remove/"))
    row = WebhookEndpoint.objects.get()
    assert (row.url, row.wrapped_secret, row.name, row.kinds) == ("", "", "", [])
    assert Delivery.objects.get().status == "superseded"
    assert okafor.get(door(endpoint)).status_code == 404
    assert "Records system" not in okafor.get(HOOKS).text


def test_a_change_keeps_the_secret(okafor, endpoint):
    wrapped = endpoint.wrapped_secret
    okafor.post(door(endpoint), TYPED | {"name": "Other"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.wrapped_secret) == ("Other", wrapped)


def test_the_last_failure_is_said_in_words(okafor, endpoint):
    WebhookEndpoint.objects.update(last_failure="certificate", failed_at="2026-11-20T12:00Z")
    assert "the certificate of the server is not right" in okafor.get(HOOKS).text


def test_every_deed_is_audited_without_the_address(okafor, endpoint):
    for deed in ("pause/", "pause/", "resume/", "secret/", "test/", "remove/"):
        okafor.post(door(endpoint, deed))
    entries = AuditEntry.objects.filter(action__startswith="webhook.").order_by("pk")
    deeds = [entry.action.removeprefix("webhook.") for entry in entries]
    assert deeds == ["added", "paused", "resumed", "secret_renewed", "tested", "removed"]
    assert "example" not in str([entry.facts for entry in entries])


def test_only_the_coordinator_keeps_webhooks(endpoint, superintendent_park, sign_in):
    client = sign_in(superintendent_park)
    assert client.get(HOOKS).status_code == 403
    assert client.post(door(endpoint, "secret/")).status_code == 403


def test_the_neighbors_webhook_is_not_there(okafor, oakridge, coordinator_okafor):
    with within(oakridge):
        theirs = WebhookEndpoint(partnership=oakridge, **TYPED)
        webhooks.add_webhook(theirs, by=coordinator_okafor.user)
    assert okafor.get(door(theirs)).status_code == 404
    assert okafor.post(door(theirs, "remove/")).status_code == 404
