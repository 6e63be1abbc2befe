"""A member's notices. Mounted under /<partnership>/notices/."""

from django.urls import path

from outbox import views
from outbox.views import callbacks

app_name = "outbox"
urlpatterns = [
    path("", views.notice_list, name="notice_list"),
    path("seen/", views.notices_seen, name="notices_seen"),
    path("card/", views.card, name="card"),
    path("bell/", views.bell, name="bell"),
    path("<uuid:pk>/open/", views.notice_open, name="notice_open"),
    path("callbacks/<slug:channel>/<uuid:pk>/", callbacks.callback, name="callback"),
    path("calls/<uuid:pk>/", callbacks.call, name="call"),
]
