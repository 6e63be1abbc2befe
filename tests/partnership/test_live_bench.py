"""`bench stream` on a small crowd: the promised metrics, nothing missed, nothing left behind."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from partnership.models import Partnership, User
from tests.flows.processes import databases_under_test
from tests.partnership.test_bench import PROMISED

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def report(transactional_db, monkeypatch) -> Any:
    for name, address in databases_under_test().items():
        monkeypatch.setenv(name, address)
    said = StringIO()
    call_command("bench", "stream", json=True, clients=20, publishes=3, stdout=said)
    return json.loads(said.getvalue())


def test_every_page_hears_every_ring_and_a_cut_loses_none(report):
    rows = {row["metric"]: row for row in report["results"]}
    assert PROMISED["stream"] <= rows.keys()
    assert rows["missed_after_cut"]["max"] == 0
    assert 0 < rows["publish_to_last_client_ms"]["p50"] < 5000
    assert not Partnership.objects.exists()
    assert not User.objects.exists()
