"""Schools with their bells, the calendar they share, the district's own facts, its agencies."""

from django.urls import path

from partnership import views

urlpatterns = [
    path("", views.school_list, name="school_list"),
    path("open/", views.school_open, name="school_open"),
    path("district/", views.district_change, name="district_change"),
    path("agencies/add/", views.agency_add, name="agency_add"),
    path("agencies/<uuid:pk>/", views.agency_change, name="agency_change"),
    path("calendar/", views.school_calendar, name="school_calendar"),
    path("calendar/years/add/", views.school_year_add, name="school_year_add"),
    path("calendar/years/<uuid:pk>/", views.school_year_change, name="school_year_change"),
    path("calendar/closed/", views.closed_day_add, name="closed_day_add"),
    path("calendar/closed/<uuid:pk>/remove/", views.closed_day_remove, name="closed_day_remove"),
    path("<uuid:pk>/", views.school_detail, name="school_detail"),
    path("<uuid:pk>/change/", views.school_change, name="school_change"),
    path("<uuid:pk>/bells/", views.school_bells, name="school_bells"),
]
