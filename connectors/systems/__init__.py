"""One file a system. `CONNECTORS` is the list of what crm360 can pull from."""

from __future__ import annotations

from crm360.connectors.engine.stream import Connector
from crm360.connectors.systems import (
    database,
    dynamics,
    files,
    freshdesk,
    hubspot,
    imap,
    mailchimp,
    odoo,
    rest,
    salesforce,
    shopify,
    siebel,
    singer,
    stripe,
    woocommerce,
    zendesk,
    zoho,
)

CONNECTORS: dict[str, Connector] = {
    c.system: c
    for c in (
        database.DATABASE,
        dynamics.DYNAMICS,
        files.FILES,
        freshdesk.FRESHDESK,
        hubspot.HUBSPOT,
        imap.IMAP,
        mailchimp.MAILCHIMP,
        odoo.ODOO,
        rest.REST,
        salesforce.SALESFORCE,
        shopify.SHOPIFY,
        siebel.SIEBEL,
        singer.SINGER,
        stripe.STRIPE,
        woocommerce.WOOCOMMERCE,
        zendesk.ZENDESK,
        zoho.ZOHO,
    )
}
