import time, cProfile, pstats
from django.test import Client
from django.test import utils
from tests.tips.telling import FORM
def test_speed(mapleton, maple_high, principal_rivera, officer_chen, coordinator_okafor, analyst_ito):
    utils.teardown_test_environment()
    from django.conf import settings; settings.ALLOWED_HOSTS=["testserver"]
    c = Client()
    f=lambda: c.post(FORM, {"text":"They push","school":maple_high.pk})
    for _ in range(20): f()
    p=cProfile.Profile(time.process_time); p.enable()
    for _ in range(100): f()
    p.disable(); pstats.Stats(p).sort_stats("cumtime").print_stats(r"main/(partnership|tips|outbox)|argon|sealed|render$|base.py.*save|atomic|__exit__|__enter__|publish|template/loader|test/client|csrf|sessions|allauth")
    pstats.Stats(p).sort_stats("tottime").print_stats(22)
    utils.setup_test_environment()
