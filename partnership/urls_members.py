"""People and roles, and the links that let somebody in."""

from django.urls import path

from partnership import views

urlpatterns = [
    path("", views.member_list, name="member_list"),
    path("invite/", views.invitation_form, name="invitation_form"),
    path("invitations/<uuid:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("join/<str:token>/", views.invitation_accept, name="invitation_accept"),
    path("way-back/<str:token>/", views.way_back, name="way_back"),
    path("<uuid:pk>/", views.member_detail, name="member_detail"),
    path("<uuid:pk>/change/", views.member_change, name="member_change"),
    path("<uuid:pk>/end/", views.member_end, name="member_end"),
    path("<uuid:pk>/release/", views.member_release, name="member_release"),
    path("<uuid:pk>/way-back/", views.member_way_back, name="member_way_back"),
]
