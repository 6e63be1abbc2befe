"""What /metrics says, to whom, and what it keeps to itself."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from outbox import actions, collecting, sending
from outbox.breakers import FAILURES, Breakers, Trial
from outbox.channels.base import SendError
from outbox.metering import Tries
from outbox.models import Delivery, Escalation, Finding
from outbox.views import metrics
from partnership.checks import metrics_token_is_strong
from partnership.pulse import beat
from partnership.tenancy import within
from tests.outbox.conftest import BULLETIN

TOKEN = "9f3c1b7a5d2e4f60" * 4
HERE = {"headers": {"host": "127.0.0.1:8000"}}


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(metrics, "kept", metrics.LastScrape())


@pytest.fixture
def figures(db):
    """Name and labels of each sample → its value, as Prometheus reads them."""

    def figures():
        families = text_string_to_metric_families(collecting.text().decode())
        samples = [sample for family in families for sample in family.samples]
        return {(one.name, *sorted(one.labels.values())): one.value for one in samples}

    return figures


def test_what_waits_is_counted_by_urgency_and_channel(
    figures, tell, principal_rivera, officer_chen
):
    tell(principal_rivera, officer_chen)
    tell(principal_rivera, urgency="urgent")
    now = figures()
    assert now["outbox_waiting", "email", "routine"] == 2
    assert now["outbox_waiting", "email", "urgent"] == 1
    assert now["outbox_waiting", "email", "panic"] == 0


def test_partnerships_are_added_up(figures, tell, principal_rivera, oakridge, oakridge_principal):
    tell(principal_rivera)
    with within(oakridge):
        about = oakridge_principal
        actions.send(BULLETIN, to=[oakridge_principal], about=about, link="/oakridge/")
    assert figures()["outbox_waiting", "email", "routine"] == 2


def test_how_long_the_oldest_has_been_due(figures, tell, principal_rivera):
    tell(principal_rivera)
    Delivery.objects.filter(channel="email").update(due_at=Now() - timedelta(minutes=2))
    assert 120 <= figures()["outbox_oldest_waiting_seconds", "routine"] < 130
    Delivery.objects.filter(channel="email").update(due_at=Now() + timedelta(hours=9))
    assert figures()["outbox_oldest_waiting_seconds", "routine"] == 0


def test_leased_dead_and_ladders_are_counted(figures, tell, principal_rivera, officer_chen):
    tell(principal_rivera, officer_chen)
    letters = Delivery.objects.filter(channel="email")
    letters.filter(membership=principal_rivera).update(status="leased", lease_until=Now())
    letters.filter(membership=officer_chen).update(status="failed")
    facts = {"rungs": [], "next_at": Now(), "partnership": principal_rivera.partnership}
    Escalation.objects.create(notification=letters[0].notification, **facts)
    now = figures()
    assert [now[f"outbox_{name}",] for name in ("leased", "dead", "open_ladders")] == [1, 1, 1]


def test_attempts_are_counted_by_provider_and_outcome(
    figures, every_way, tell, mapleton, principal_rivera
):
    tell(principal_rivera, urgency="urgent")
    every_way.failures.append(SendError("timeout"))
    sending.carry(mapleton)
    now = figures()
    assert now["outbox_attempts", "email-1", "no"] == 1
    assert now["outbox_attempts", "email-2", "yes"] == 1
    assert now["outbox_attempts", "sms-1", "yes"] == 0
    assert ("outbox_attempt_latency_ms", "0.95", "email-2") in now


def test_latencies_of_several_partnerships_are_put_together():
    ours, theirs = Tries(), Tries()
    ours.took.update([10] * 90 + [400] * 5)
    theirs.took.update([2000] * 5)
    ours.add(theirs)
    assert [ours.within(share) for share in (0.5, 0.95, 0.99)] == [10, 400, 2000]
    assert Tries().within(0.5) is None


def test_a_provider_that_rests_shows(figures, every_way):
    Breakers().note([Trial("sms-1", "timeout")] * FAILURES)
    now = figures()
    assert now["outbox_provider_closed", "sms-1"] == 1
    assert now["outbox_provider_closed", "sms-2"] == 0


def test_findings_and_signs_of_life_show(figures, mapleton):
    beat("sweeper")
    Finding.objects.create(what="overdue", partnership=mapleton, count=7)
    Finding.objects.create(what="lapsed", partnership=mapleton, ended_at=Now())
    now = figures()
    assert now["outbox_findings", "overdue"] == 1
    assert now["outbox_findings", "lapsed"] == 0
    assert now["portal_heartbeat_age_seconds", "sweeper"] < 10
    assert now["portal_build_info", "0.1.0"] == 1


def test_no_person_no_district_and_no_key_stands_in_it(tell, mapleton, principal_rivera):
    tell(principal_rivera)
    said = collecting.text().decode().lower()
    for name in ("rivera", "mapleton", "maple", "bulletin", "@", str(principal_rivera.pk)):
        assert name not in said
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", said)


def test_the_labels_are_these_and_no_other(tell, every_way, principal_rivera):
    tell(principal_rivera)
    names = set(re.findall(r'[{,](\w+)="', collecting.text().decode()))
    allowed = {"urgency", "channel", "provider", "outcome", "quantile", "what"}
    assert names <= allowed | {"process", "version"}


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, 200),
        ("::1", {"host": "localhost:8000"}, 200),
        ("127.0.0.1", {"host": "testserver"}, 404),
        ("203.0.113.7", {"host": "127.0.0.1:8000"}, 404),
        ("", {"host": "127.0.0.1:8000"}, 404),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "203.0.113.7"}, 404),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=203.0.113.7"}, 404),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-proto": "https"}, 404),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, 404),
    ],
)
def test_without_a_token_only_this_machine_is_answered(db, address, headers, status):
    answer = Client().get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        ("", 404),
        ("Bearer ", 404),
        (f"Bearer {TOKEN[:-1]}", 404),
        (f"Basic {TOKEN}", 404),
        ("Bearer é", 404),
    ],
)
def test_with_a_token_whoever_shows_it_is_answered(db, settings, shown, status):
    settings.METRICS_TOKEN = TOKEN
    headers = {"authorization": shown, "host": "testserver"}
    answer = Client().get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == status


def test_with_a_token_this_machine_must_show_it_too(db, settings):
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", **HERE).status_code == 404


def test_the_answer_has_prometheus_form(db):
    answer = Client().get("/metrics", **HERE)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert b"# TYPE outbox_waiting gauge" in answer.content
    assert Client().post("/metrics", **HERE).status_code == 405


def test_the_answer_is_kept_for_five_seconds(mapleton, count_queries, monkeypatch):
    Client().get("/metrics", **HERE)
    with count_queries(0):
        Client().get("/metrics", **HERE)
    metrics.kept.until = 0
    asked = []
    monkeypatch.setattr(collecting, "text", lambda: asked.append(1) or b"new")
    assert Client().get("/metrics", **HERE).content == b"new"


def test_a_database_that_is_away_is_said_without_a_word_of_it(db, monkeypatch):
    def away():
        raise OperationalError("no route to 10.0.0.3")

    monkeypatch.setattr(collecting, "text", away)
    answer = Client().get("/metrics", **HERE)
    assert (answer.status_code, answer.content) == (503, b"The database is away.\n")


@pytest.mark.parametrize("token", ["short", "a" * 64, "ab" * 32])
def test_a_weak_token_is_refused_at_the_start(settings, token):
    settings.METRICS_TOKEN = token
    assert [fault.id for fault in metrics_token_is_strong(None)] == ["partnership.E005"]


@pytest.mark.parametrize("token", ["", TOKEN])
def test_no_token_or_a_strong_one_is_fine(settings, token):
    settings.METRICS_TOKEN = token
    assert not list(metrics_token_is_strong(None))
