"""Outside every partnership: the figures that the operator's monitor reads."""

from django.urls import path

from outbox.views.metrics import metrics

urlpatterns = [path("", metrics, name="metrics")]
