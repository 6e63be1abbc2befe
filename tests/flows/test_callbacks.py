"""What a provider tells the portal afterwards, by real requests to real pages: twice, in the wrong
order, or not at all."""

import pytest
from django.db.models import Count

from outbox.models import Delivery
from partnership.running.healthy import answers
from partnership.tenancy import within
from tests.flows.crowd import MANY, Status
from tests.flows.crowd import broker as broker
from tests.flows.crowd import crowd as crowd
from tests.flows.crowd import gateway_process as gateway_process
from tests.flows.crowd import processes as processes
from tests.flows.crowd import standby as standby
from tests.flows.crowd import standby_process as standby_process
from tests.flows.crowd import usual as usual
from tests.flows.processes import eventually

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
STATES = ("queued", "sent", "delivered")
TWICE = 2
# So many wait for one provider's answer.
AT_ONCE, FEWER = 100, 150


@pytest.fixture
def standing(processes):
    """The portal's pages, and a sweeper."""
    processes.web()
    processes.sweeper()
    processes.awake("sweeper")
    eventually(lambda: answers(processes.environment))


def moments(crowd):
    with within(crowd.partnership):
        return Delivery.objects.filter(channel="sms").aggregate(
            submitted=Count("submitted_at"), delivered=Count("delivered_at")
        )


def test_reports_in_the_wrong_order_and_twice_take_nothing_a_step_back(standing, crowd, usual):
    usual.control("sms", no_callbacks=False, reorder_callbacks=True, duplicate_callbacks=True)
    crowd.alarm()
    eventually(lambda: crowd.statuses() == {Status.DELIVERED: MANY}, within=60)
    all_of_them = MANY * len(STATES) * TWICE
    eventually(lambda: usual.counts("sms")["callbacks"] == all_of_them, within=60)
    assert crowd.statuses() == {Status.DELIVERED: MANY}
    assert moments(crowd) == {"submitted": MANY, "delivered": MANY}
    crowd.settle_accounts(leases=1)


def test_a_report_proves_a_yes_that_died_with_its_process(processes, standing, crowd, usual):
    usual.control("sms", no_callbacks=False, stall=20)
    crowd.alarm("urgent", to=crowd.people[:FEWER])
    eventually(lambda: crowd.statuses()[Status.DELIVERED] == AT_ONCE)
    processes.kill(*processes.running[1:])
    usual.control("sms", stall=0)
    crowd.let_leases_lapse()
    processes.sweeper()
    eventually(lambda: crowd.statuses() == {Status.DELIVERED: FEWER}, within=60)
    crowd.settle_accounts(leases=1)


def test_what_nobody_reports_is_not_counted_as_delivered(processes, crowd):
    processes.sweeper()
    crowd.alarm()
    crowd.settle_accounts(leases=1)
    assert crowd.statuses() == {Status.SUBMITTED: MANY}
    assert moments(crowd) == {"submitted": MANY, "delivered": 0}
