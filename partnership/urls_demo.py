"""The demo's door: one press signs in. Only where nobody but this machine can knock."""

from django.urls import path

from partnership import views

urlpatterns = [
    path("", views.demo, name="demo"),
    path("sign-in/", views.demo_sign_in, name="demo_sign_in"),
]
