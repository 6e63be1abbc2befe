"""A member's notices. Mounted under /<partnership>/notices/."""

from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.notice_list, name="notice_list"),
    path("seen/", views.notices_seen, name="notices_seen"),
    path("card/", views.card, name="card"),
    path("bell/", views.bell, name="bell"),
    path("<uuid:pk>/open/", views.notice_open, name="notice_open"),
]
