"""The doors for senders: anyone, no account, no script."""

from django.urls import path

from tips import views

urlpatterns = [
    path("", views.tip_start, name="tip_start"),
    path("form/", views.tip_form, name="tip_form"),
    path("saved/", views.tip_code, name="tip_code"),
    path("return/", views.tip_return, name="tip_return"),
    path("reply/", views.tip_reply, name="tip_reply"),
    path("leave/", views.tip_leave, name="tip_leave"),
]
