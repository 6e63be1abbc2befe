"""A member's notices. Mounted under /<partnership>/notices/."""

from django.urls import path

from outbox import views
from outbox.views import callbacks, contacts, ladders, mine, operator, reach, trying, webhooks

app_name = "outbox"
urlpatterns = [
    path("", views.notice_list, name="notice_list"),
    path("seen/", views.notices_seen, name="notices_seen"),
    path("card/", views.card, name="card"),
    path("bell/", views.bell, name="bell"),
    path("<uuid:pk>/open/", views.notice_open, name="notice_open"),
    path("callbacks/<slug:channel>/<uuid:pk>/", callbacks.callback, name="callback"),
    path("calls/<uuid:pk>/", callbacks.call, name="call"),
    path("mine/", mine.mine, name="mine"),
    path("mine/channels/", mine.mine_channels, name="mine_channels"),
    path("mine/quiet/", mine.mine_quiet, name="mine_quiet"),
    path("mine/away/", mine.mine_away, name="mine_away"),
    path("mine/phones/", contacts.phone_add, name="phone_add"),
    path("mine/phones/<uuid:pk>/", contacts.phone_verify, name="phone_verify"),
    path("mine/phones/<uuid:pk>/code/", contacts.phone_code, name="phone_code"),
    path("mine/devices/", contacts.device_add, name="device_add"),
    path("mine/contacts/<uuid:pk>/remove/", contacts.contact_remove, name="contact_remove"),
    path("mine/tests/", trying.tryout_send, name="tryout_send"),
    path("mine/tests/<uuid:pk>/", trying.tryout_result, name="tryout_result"),
    path("reach/", reach.reach, name="reach"),
    path("operator/", operator.operator, name="operator"),
    path("operator/retry/", operator.operator_retry_all, name="operator_retry_all"),
    path("operator/<uuid:pk>/retry/", operator.operator_retry, name="operator_retry"),
    path("ladders/", ladders.ladder_list, name="ladder_list"),
    path("ladders/add/", ladders.ladder_add, name="ladder_add"),
    path("ladders/<uuid:pk>/", ladders.ladder_change, name="ladder_change"),
    path("ladders/<uuid:pk>/remove/", ladders.ladder_remove, name="ladder_remove"),
    path("ladders/<uuid:pk>/steps/add/", ladders.rung_add, name="rung_add"),
    path("ladders/steps/<uuid:pk>/", ladders.rung_change, name="rung_change"),
    path("ladders/steps/<uuid:pk>/remove/", ladders.rung_remove, name="rung_remove"),
    path("ladders/steps/<uuid:pk>/move/", ladders.rung_move, name="rung_move"),
    path("webhooks/", webhooks.webhook_list, name="webhook_list"),
    path("webhooks/add/", webhooks.webhook_add, name="webhook_add"),
    path("webhooks/<uuid:pk>/", webhooks.webhook_change, name="webhook_change"),
    path("webhooks/<uuid:pk>/pause/", webhooks.webhook_pause, name="webhook_pause"),
    path("webhooks/<uuid:pk>/resume/", webhooks.webhook_resume, name="webhook_resume"),
    path("webhooks/<uuid:pk>/secret/", webhooks.webhook_secret, name="webhook_secret"),
    path("webhooks/<uuid:pk>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("webhooks/<uuid:pk>/test/", webhooks.webhook_test, name="webhook_test"),
    path(
        "webhooks/<uuid:pk>/tests/<uuid:test>/",
        webhooks.webhook_result,
        name="webhook_result",
    ),
]
