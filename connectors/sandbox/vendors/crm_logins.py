"""The logins that the CRM systems' fakes accept, and the access tokens that they give. They open nothing else."""

from __future__ import annotations

from collections.abc import Mapping

LOGINS = {
    "dynamics": {"client_id": "sandbox-app", "client_secret": "sandbox-dynamics-secret"},
    "salesforce": {
        "client_id": "sandbox-app",
        "client_secret": "sandbox-salesforce-secret",
        "refresh_token": "sandbox-salesforce-refresh",
    },
    "siebel": {"user": "SADMIN", "password": "sandbox-siebel"},
    "zoho": {
        "client_id": "sandbox-app",
        "client_secret": "sandbox-zoho-secret",
        "refresh_token": "sandbox-zoho-refresh",
    },
}
GIVEN = {
    "dynamics": "Bearer sandbox-dynamics-access",
    "salesforce": "Bearer sandbox-salesforce-access",
    "siebel": "Basic U0FETUlOOnNhbmRib3gtc2llYmVs",
    "zoho": "Zoho-oauthtoken sandbox-zoho-access",
}
"""By vendor: the Authorization header of a call that is let in."""
PATHS = ("/services/oauth2/token", "/oauth2/v2.0/token", "/oauth/v2/token")
"""How the paths end at which tokens are given: nobody has one before."""


def let_in(vendor: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether a call carries the access token, or is the one that asks for it."""
    return path.endswith(PATHS) or headers.get("authorization", "") == GIVEN[vendor]
