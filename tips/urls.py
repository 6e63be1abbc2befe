"""The team's doors, mounted under /<partnership>/; the senders' doors come along, so that every
address of the room has the one namespace."""

from django.urls import include, path

from tips import views

app_name = "tips"
urlpatterns = [
    path("tips/", views.tip_list, name="tip_list"),
    path("tips/card/", views.card, name="card"),
    path("tips/<uuid:pk>/", views.tip_detail, name="tip_detail"),
    path("tips/<uuid:pk>/acknowledge/", views.tip_acknowledge, name="tip_acknowledge"),
    path("tips/<uuid:pk>/answer/", views.tip_answer, name="tip_answer"),
    path("tips/<uuid:pk>/close/", views.tip_close, name="tip_close"),
    path("tell/", include("tips.urls_public")),
]
