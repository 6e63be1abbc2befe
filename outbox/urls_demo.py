"""The demo's mailbox. Mounted under /demo/mailbox/."""

from django.urls import path

from outbox import views

urlpatterns = [path("", views.demo_mailbox, name="demo_mailbox")]
