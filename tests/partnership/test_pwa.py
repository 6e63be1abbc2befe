"""The portal as an app: what it is called, what its worker keeps, and what it never keeps."""

import re

import pytest
from django.templatetags.static import static
from django.test import Client

from partnership.pwa import KEPT

SENDERS = ["/mapleton/", "/mapleton/tell/", "/mapleton/tell/form/", "/mapleton/tell/return/"]


@pytest.fixture
def client():
    return Client()


def test_a_device_can_install_it(db, client):
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    facts = answer.json()
    assert (facts["start_url"], facts["scope"], facts["display"]) == ("/", "/", "standalone")
    assert {icon["sizes"] for icon in facts["icons"]} == {"any", "192x192", "512x512"}
    assert all(client.get(icon["src"]).status_code == 200 for icon in facts["icons"])


def test_the_worker_stands_at_the_root_and_is_never_old(db, client):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_worker_keeps_one_page_and_what_it_is_drawn_with(db, client):
    listed = re.search(r"const KEPT = \[(.*?)\];", client.get("/sw.js").text)[1]
    kept = [path.encode().decode("unicode_escape") for path in re.findall(r'"(.*?)"', listed)]
    assert kept == ["/offline/", *map(static, KEPT)]
    assert all(client.get(path).status_code == 200 for path in kept)


def test_what_the_offline_page_loads_is_kept(db, client):
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/offline/").text))
    assert loaded <= set(map(static, KEPT))


def test_without_a_connection_it_still_says_whom_to_call(db, client):
    page = client.get("/offline/", headers={"Accept-Language": "es"}).text
    assert 'href="tel:911"' in page
    assert 'href="tel:988"' in page
    assert 'lang="es"' in page


def test_the_offline_page_knows_nobody(mapleton, principal_rivera, sign_in):
    page = sign_in(principal_rivera).get("/offline/").text
    assert "Rivera" not in page
    assert "Mapleton" not in page
    assert "manifest" not in page


def test_the_worker_leaves_senders_alone(db, client):
    worker = client.get("/sw.js").text
    pattern = re.search(r"const isSenders = \(url\) => /(.*)/\.test", worker)[1]
    ours = re.compile(pattern.replace("\\/", "/"))
    assert ours.search("/mapleton/tell/form/")
    assert not ours.search("/mapleton/board/")


@pytest.mark.parametrize("path", SENDERS)
def test_a_senders_page_offers_no_app(mapleton, maple_high, client, path):
    page = client.get(path).text
    assert "manifest" not in page
    assert "worker.js" not in page


def test_a_members_page_offers_it(mapleton, principal_rivera, sign_in):
    page = sign_in(principal_rivera).get("/mapleton/board/").text
    assert 'rel="manifest" href="/manifest.webmanifest"' in page
