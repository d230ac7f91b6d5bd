"""The credentials that the sandbox accepts, by vendor. They open nothing but the sandbox."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

TOKENS = {
    "freshdesk": "sandbox-freshdesk",
    "hubspot": "sandbox-hubspot",
    "klaviyo": "sandbox-klaviyo",
    "odoo": "sandbox-odoo",
    "pipedrive": "sandbox-pipedrive",
    "shopify": "sandbox-shopify",
    "mailchimp": "sandbox-mailchimp",
    "stripe": "sandbox-stripe",
    "surveys": "sandbox-surveys",
    "woocommerce": "sandbox-woocommerce",
    "zendesk": "sandbox-zendesk",
}
ZENDESK_USER = "agent@sandbox.example"
WOOCOMMERCE_KEY = "ck_sandbox"
ODOO_DATABASE, ODOO_USER = "sandbox", "agent@sandbox.example"


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an Authorization: Bearer header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def basic(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """User and password of an Authorization: Basic header."""
    scheme, _, coded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


def accepted(vendor: str, headers: Mapping[str, str], tokens: Mapping[str, str] = TOKENS) -> bool:
    """Whether a call carries the vendor's credentials, in one of the ways in which the vendor takes them."""
    token, login = tokens[vendor], basic(headers)
    if vendor == "shopify":
        return headers.get("x-shopify-access-token") == token
    if vendor == "klaviyo":
        return headers.get("authorization") == f"Klaviyo-API-Key {token}"
    if vendor == "pipedrive":
        return headers.get("x-api-token") == token
    if bearer(headers) == token:
        return True
    if vendor == "mailchimp":
        return login is not None and login[1] == token
    if vendor == "zendesk":
        return login == (f"{ZENDESK_USER}/token", token)
    if vendor == "freshdesk":
        return login is not None and login[0] == token
    if vendor == "woocommerce":
        return login == (WOOCOMMERCE_KEY, token)
    return False
