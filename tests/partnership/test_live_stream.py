"""The live process itself: who hears what, replay, resets, and the end of a right."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from partnership import live
from partnership.accounts.sessions import end_all
from partnership.models import Membership, Role
from partnership.pulse import beats_recently
from partnership.tenancy import new_id, within
from tests.conftest import browser_of
from tests.partnership.listening import LiveProcess, committed_member, cookie_of, live_process

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def standing(django_db_setup, tmp_path_factory) -> Iterator[LiveProcess]:
    quick = {"LIVE_RECHECK_SECONDS": "1", "LIVE_HEARTBEAT_SECONDS": "1"}
    with live_process(tmp_path_factory.mktemp("live"), **quick) as process:
        yield process


@pytest.fixture
def process(standing, transactional_db) -> Iterator[LiveProcess]:
    yield standing
    standing.leave()


def ring(someone: Membership, topic: str, *, only: bool = False) -> None:
    with within(someone.partnership):
        live.ring(topic, to=[someone.pk] if only else None)


def path_of(someone: Membership) -> str:
    return f"/live/{someone.partnership.slug}/"


def test_a_ring_reaches_every_open_page_of_the_partnership(process):
    people = [committed_member() for _ in range(3)]
    pages = [process.open(person) for person in people]
    ring(people[0], "notices")
    for page in pages:
        page.until("id: ", "event: ring", 'data: {"topic": "notices"}', within=2)


def test_a_ring_for_one_is_heard_by_nobody_else(process):
    mine, other = committed_member(), committed_member()
    my_page, other_page = process.open(mine), process.open(other)
    ring(mine, "tips", only=True)
    ring(mine, "notices")
    my_page.until("tips", "notices")
    assert "tips" not in other_page.until("notices")


def test_the_neighbors_hear_nothing(process):
    ours, theirs = committed_member(), committed_member("oakville")
    their_page = process.open(theirs)
    ring(ours, "tips")
    ring(theirs, "notices")
    assert "tips" not in their_page.until('"notices"')


def test_a_signed_out_visitor_gets_401(process):
    assert process.ask(path_of(committed_member()), "").status == 401


def test_a_neighbors_stream_and_one_that_does_not_exist_are_404_alike(process):
    committed_member("oakville")
    cookie = cookie_of(browser_of(committed_member()))
    heads = [process.ask(f"/live/{slug}/", cookie) for slug in ("oakville", "nowhere")]
    assert [head.status for head in heads] == [404, 404]


def test_a_covered_screen_gets_401_and_listening_keeps_nobody_awake(process):
    someone = committed_member()
    browser = browser_of(someone)
    session = browser.session
    long_ago = timezone.now() - timedelta(seconds=settings.IDLE_LOCK_SECONDS - 2)
    session["awake_at"] = long_ago.isoformat()
    session.save()
    page = process.ask(path_of(someone), cookie_of(browser))
    page.until("event: live")
    page.until_over()
    assert process.ask(path_of(someone), cookie_of(browser)).status == 401


def test_a_role_that_sees_children_needs_its_second_factor(process):
    someone = committed_member(role=Role.PRINCIPAL)
    browser = browser_of(someone)
    someone.user.authenticator_set.all().delete()
    assert process.ask(path_of(someone), cookie_of(browser)).status == 403


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_only_reading_is_allowed(process, method):
    someone = committed_member()
    page = process.ask(path_of(someone), cookie_of(browser_of(someone)), method=method)
    assert page.status == 405


def test_the_answer_is_never_stored_nor_held_back(process):
    head = process.open(committed_member()).said.lower()
    assert "content-type: text/event-stream" in head
    for line in ("cache-control: no-store", "x-accel-buffering: no", "nosniff", "same-origin"):
        assert line in head
    assert not {"content-encoding", "server"} & {line.split(":")[0] for line in head.split("\r\n")}
    assert "retry: " in head


def test_what_was_missed_comes_again(process):
    someone = committed_member()
    page = process.open(someone)
    ring(someone, "first")
    page.until("first")
    page.leave()
    ring(someone, "second")
    again = process.open(someone, last_id=page.last_id)
    assert "second" in again.topics()
    assert "event: reset" not in again.said


def test_a_page_that_heard_nothing_yet_misses_nothing_either(process):
    someone = committed_member()
    page = process.open(someone)
    page.leave()
    ring(someone, "first")
    assert "first" in process.open(someone, last_id=page.last_id).topics()


def test_a_ring_between_the_page_and_its_stream_is_heard(process):
    someone = committed_member()
    ring(someone, "first")
    assert "first" in process.open(someone).topics()


def test_a_replay_holds_nothing_that_is_for_somebody_else(process):
    someone, other = committed_member(), committed_member()
    ring(other, "theirs", only=True)
    assert "theirs" not in process.open(someone).said


@pytest.mark.parametrize("last_id", ["nonsense", "0190", "6f2c9d7e-53f4-4a5e-9a54-0d1f3a1c9b11"])
def test_an_id_that_tells_nothing_means_look_at_everything(process, last_id):
    assert "event: reset" in process.open(committed_member(), last_id=last_id).said


def test_an_id_of_yesterday_means_look_at_everything(process):
    yesterday = new_id(timezone.now() - timedelta(days=1))
    assert "event: reset" in process.open(committed_member(), last_id=str(yesterday)).said


def test_more_than_a_hundred_missed_rings_mean_look_at_everything(process):
    someone = committed_member()
    with within(someone.partnership):
        for number in range(101):
            live.ring(f"t{number}", to=None)
    assert "event: reset" in process.open(someone).said


def test_a_quiet_stream_shows_that_it_lives(process):
    process.open(committed_member()).until(":hb", within=4)


def test_an_ended_membership_ends_the_stream(process):
    someone = committed_member()
    page = process.open(someone)
    with within(someone.partnership):
        Membership.objects.filter(pk=someone.pk).update(ended_at=timezone.now())
    page.until_over(within=5)


def test_an_ended_session_ends_the_stream_and_the_others_stay(process):
    someone, other = committed_member(), committed_member()
    page, other_page = process.open(someone), process.open(other)
    end_all(someone.user)
    page.until_over(within=5)
    ring(other, "notices")
    other_page.until('"notices"')


def test_the_fifth_stream_of_a_session_ends_the_first(process):
    someone = committed_member()
    cookie = cookie_of(browser_of(someone))
    first = process.ask(path_of(someone), cookie)
    first.until("event: live")
    for _ in range(settings.LIVE_STREAMS_PER_SESSION):
        assert "event: enough" not in first.said
        process.ask(path_of(someone), cookie).until("event: live")
    assert "event: enough" in first.until_over()


def cut_listening_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'partnership-live'"
        )
        return int(cursor.fetchone()[0])


def test_a_cut_connection_to_the_database_loses_no_ring(process):
    someone = committed_member()
    page = process.open(someone)
    assert cut_listening_connections() == 1
    ring(someone, "at-once")
    page.until("at-once", within=3)
    ring(someone, "later")
    page.until("later", within=3)


def owner_says(sql: str) -> None:
    address = urlsplit(os.environ["DATABASE_OWNER_URL"])
    name = connection.settings_dict["NAME"]
    with psycopg.connect(address._replace(path=f"/{name}").geturl(), autocommit=True) as owner:
        owner.execute(sql.encode())


@pytest.fixture
def no_calls(transactional_db) -> Iterator[None]:
    """Rings are written, and the database calls nobody."""
    owner_says("ALTER TABLE partnership_liveevent DISABLE TRIGGER live_call")
    yield
    owner_says("ALTER TABLE partnership_liveevent ENABLE TRIGGER live_call")


def test_a_call_that_was_lost_costs_a_second_and_no_ring(process, no_calls):
    someone = committed_member()
    page = process.open(someone)
    ring(someone, "notices")
    page.until('"notices"', within=3)


def in_another_thread(deed: Callable[[], None]) -> None:
    def run() -> None:
        deed()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_deed_that_commits_late_is_heard_though_a_later_one_was_first(process):
    someone = committed_member()
    page = process.open(someone)
    with within(someone.partnership):
        live.ring("slow", to=None)
        in_another_thread(lambda: ring(someone, "quick"))
        page.until("quick", within=3)
    page.until("slow", within=3)


def open_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_app'")
        return int(cursor.fetchone()[0])


def test_no_page_holds_a_connection_to_the_database(process):
    process.open(committed_member())
    before = open_connections()
    for _ in range(20):
        process.open(committed_member())
    assert open_connections() <= before + 1


def test_the_process_shows_that_it_lives_and_lets_its_pages_go_at_the_end(
    transactional_db, tmp_path
):
    with live_process(tmp_path) as process:
        page = process.open(committed_member())
        assert beats_recently("live")
        began = time.monotonic()
        assert process.end(signal.SIGTERM) in {0, -signal.SIGTERM}
        assert time.monotonic() - began < 3
        page.until_over()
        assert process.said == ""
