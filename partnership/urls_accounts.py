"""Sign-in and a person's own account. The names are allauth's, which looks them up; there is no
sign-up, no reset by e-mail and no list of addresses: people come by invitation only."""

from django.urls import include, path

from partnership.views import accounts, sessions

recovery_codes = [
    path("", accounts.mfa_view_recovery_codes, name="mfa_view_recovery_codes"),
    path("new/", accounts.mfa_generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("file/", accounts.mfa_download_recovery_codes, name="mfa_download_recovery_codes"),
]
passkeys = [
    path("", accounts.mfa_list_webauthn, name="mfa_list_webauthn"),
    path("add/", accounts.mfa_add_webauthn, name="mfa_add_webauthn"),
    path("<int:pk>/edit/", accounts.mfa_edit_webauthn, name="mfa_edit_webauthn"),
    path("<int:pk>/remove/", accounts.mfa_remove_webauthn, name="mfa_remove_webauthn"),
    path("login/", accounts.mfa_login_webauthn, name="mfa_login_webauthn"),
    path("again/", accounts.mfa_reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
]
urlpatterns = [
    path("partnerships/", sessions.choose_partnership, name="choose_partnership"),
    path("login/", accounts.account_login, name="account_login"),
    path("logout/", accounts.account_logout, name="account_logout"),
    path("inactive/", accounts.account_inactive, name="account_inactive"),
    path("reauthenticate/", accounts.account_reauthenticate, name="account_reauthenticate"),
    path("passphrase/", accounts.account_change_password, name="account_change_password"),
    path("locked/", sessions.locked, name="locked"),
    path("lock/", sessions.lock, name="lock"),
    path("stay/", sessions.stay, name="stay"),
    path("awake/", sessions.awake, name="awake"),
    path("sessions/", sessions.usersessions_list, name="usersessions_list"),
    path("keys/", accounts.mfa_index, name="mfa_index"),
    path("keys/authenticate/", accounts.mfa_authenticate, name="mfa_authenticate"),
    path("keys/reauthenticate/", accounts.mfa_reauthenticate, name="mfa_reauthenticate"),
    path("keys/app/", accounts.mfa_activate_totp, name="mfa_activate_totp"),
    path("keys/app/remove/", accounts.mfa_deactivate_totp, name="mfa_deactivate_totp"),
    path("keys/codes/", include(recovery_codes)),
    path("keys/passkeys/", include(passkeys)),
]
