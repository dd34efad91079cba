from django.urls import path

from . import views

app_name = "sidebar"
urlpatterns = [
    path("ty-gia/", views.rates, name="rates"),
    path("ty-gia/ty-gia.csv", views.rates_csv, name="rates_csv"),
    path("ty-gia/<slug:code>/", views.currency, name="currency"),
    path("ty-gia/<slug:code>/ty-gia.csv", views.currency_csv, name="currency_csv"),
    path("thoi-tiet/", views.weather, name="weather"),
    path("thong-ke/", views.visit_statistics, name="statistics"),
]
