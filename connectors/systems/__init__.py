"""One file a system. `CONNECTORS` is the list of what crm360 can pull from."""

from __future__ import annotations

from connectors.stream import Connector
from connectors.systems import files, hubspot, mailchimp, shopify, zendesk

CONNECTORS: dict[str, Connector] = {
    c.system: c for c in (hubspot.HUBSPOT, shopify.SHOPIFY, mailchimp.MAILCHIMP, zendesk.ZENDESK, files.FILES)
}
