"""The part of Shopify's GraphQL schema that the sandbox serves; names and types follow the Admin API of 2026-07."""

from __future__ import annotations

from graphql import GraphQLSchema, build_schema

_PAGED = "first: Int, after: String, last: Int, before: String, reverse: Boolean = false"
_CONNECTIONS = [
    "Customer", "Order", "Product", "Event", "LineItem", "ProductVariant", "ShippingLine", "RefundLineItem",
    "RefundShippingLine",
]  # fmt: skip

_TYPES = f"""
schema {{ query: QueryRoot }}
scalar DateTime
scalar Decimal
scalar Money
scalar UnsignedInt64
enum CurrencyCode {{ EUR USD GBP }}
enum CountryCode {{ DE FR GB US }}
enum CustomerSortKeys {{ ID UPDATED_AT CREATED_AT RELEVANCE }}
enum OrderSortKeys {{ ID UPDATED_AT CREATED_AT PROCESSED_AT RELEVANCE }}
enum ProductSortKeys {{ ID UPDATED_AT CREATED_AT RELEVANCE }}
enum EventSortKeys {{ ID CREATED_AT RELEVANCE }}
enum CustomerState {{ DECLINED DISABLED ENABLED INVITED }}
enum CustomerEmailAddressMarketingState {{ INVALID NOT_SUBSCRIBED PENDING SUBSCRIBED UNSUBSCRIBED }}
enum OrderDisplayFinancialStatus {{ AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }}
enum OrderDisplayFulfillmentStatus {{ FULFILLED IN_PROGRESS ON_HOLD PARTIALLY_FULFILLED UNFULFILLED }}
enum OrderCancelReason {{ CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }}
enum ProductStatus {{ ACTIVE ARCHIVED DRAFT }}
enum EventSubjectType {{ ORDER PRODUCT CUSTOMER COLLECTION }}
interface Node {{ id: ID! }}
type QueryRoot {{
  shop: Shop!
  customers({_PAGED}, query: String, sortKey: CustomerSortKeys = ID): CustomerConnection!
  orders({_PAGED}, query: String, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  products({_PAGED}, query: String, sortKey: ProductSortKeys = ID): ProductConnection!
  customersCount(limit: Int = 10000, query: String): Count
  ordersCount(limit: Int = 10000, query: String): Count
  productsCount(limit: Int = 10000, query: String): Count
  events({_PAGED}, query: String, sortKey: EventSortKeys = ID): EventConnection
}}
enum CountPrecision {{ AT_LEAST EXACT }}
type Count {{ count: Int! precision: CountPrecision! }}
type Shop {{ id: ID! name: String! currencyCode: CurrencyCode! ianaTimezone: String! myshopifyDomain: String! }}
type PageInfo {{ hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }}
type MoneyV2 {{ amount: Decimal! currencyCode: CurrencyCode! }}
type MoneyBag {{ shopMoney: MoneyV2! presentmentMoney: MoneyV2! }}
type CustomerEmailAddress {{
  emailAddress: String! marketingState: CustomerEmailAddressMarketingState! marketingUpdatedAt: DateTime
}}
type CustomerPhoneNumber {{
  phoneNumber: String! marketingState: CustomerEmailAddressMarketingState! marketingUpdatedAt: DateTime
}}
type MailingAddress {{
  address1: String address2: String city: String province: String zip: String country: String countryCodeV2: CountryCode
  company: String firstName: String lastName: String phone: String
}}
type Customer implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! firstName: String lastName: String displayName: String! email:
  String phone: String
  defaultEmailAddress: CustomerEmailAddress defaultPhoneNumber: CustomerPhoneNumber defaultAddress: MailingAddress
  createdAt: DateTime! updatedAt: DateTime! state: CustomerState! numberOfOrders: UnsignedInt64! amountSpent: MoneyV2!
  note: String tags: [String!]! locale: String! verifiedEmail: Boolean!
}}
type Order implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! name: String! createdAt: DateTime! updatedAt: DateTime! processedAt:
  DateTime!
  cancelledAt: DateTime cancelReason: OrderCancelReason test: Boolean! displayFinancialStatus:
  OrderDisplayFinancialStatus
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus! sourceName: String email: String phone: String note: String
  tags: [String!]! customer: Customer currencyCode: CurrencyCode! taxesIncluded: Boolean! subtotalPriceSet: MoneyBag
  totalPriceSet: MoneyBag! totalTaxSet: MoneyBag totalDiscountsSet: MoneyBag totalShippingPriceSet: MoneyBag!
  totalRefundedSet: MoneyBag! discountCodes: [String!]! lineItems({_PAGED}): LineItemConnection!
  currentTotalPriceSet: MoneyBag! currentTotalTaxSet: MoneyBag! totalTipReceivedSet: MoneyBag!
  originalTotalDutiesSet: MoneyBag shippingLines({_PAGED}): ShippingLineConnection! refunds(first: Int): [Refund!]!
}}
type TaxLine {{ title: String! rate: Float priceSet: MoneyBag! }}
type ShippingLine {{
  id: ID title: String! originalPriceSet: MoneyBag! discountedPriceSet: MoneyBag! taxLines: [TaxLine!]!
}}
type Refund implements Node {{
  id: ID! createdAt: DateTime updatedAt: DateTime! totalRefundedSet: MoneyBag!
  refundLineItems({_PAGED}): RefundLineItemConnection! refundShippingLines({_PAGED}): RefundShippingLineConnection!
}}
type RefundLineItem {{ id: ID quantity: Int! lineItem: LineItem! subtotalSet: MoneyBag! totalTaxSet: MoneyBag! }}
type RefundShippingLine {{ id: ID subtotalAmountSet: MoneyBag! taxAmountSet: MoneyBag! }}
type DiscountAllocation {{ allocatedAmountSet: MoneyBag! }}
type LineItem implements Node {{
  id: ID! title: String! name: String! sku: String quantity: Int! currentQuantity: Int! vendor: String product: Product
  originalUnitPriceSet: MoneyBag! originalTotalSet: MoneyBag!
  discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag! isGiftCard: Boolean!
  discountAllocations: [DiscountAllocation!]!
}}
type Product implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! title: String! handle: String! productType: String! vendor: String!
  status: ProductStatus! tags: [String!]! createdAt: DateTime! updatedAt: DateTime! variants({_PAGED}):
  ProductVariantConnection!
}}
type ProductVariant implements Node {{ id: ID! title: String! sku: String price: Money! compareAtPrice: Money }}
interface Event {{
  id: ID! action: String! createdAt: DateTime! message: String! appTitle: String attributeToApp: Boolean!
  attributeToUser: Boolean! criticalAlert: Boolean!
}}
type BasicEvent implements Event & Node {{
  id: ID! action: String! createdAt: DateTime! message: String! appTitle: String attributeToApp: Boolean!
  attributeToUser: Boolean! criticalAlert: Boolean! subjectId: ID! subjectType: EventSubjectType!
}}
"""


def schema() -> GraphQLSchema:
    """The schema, connections and edges included."""
    paged = "".join(
        f"type {name}Connection {{ nodes: [{name}!]! edges: [{name}Edge!]! pageInfo: PageInfo! }}\n"
        f"type {name}Edge {{ cursor: String! node: {name}! }}\n"
        for name in _CONNECTIONS
    )
    return build_schema(_TYPES + paged)
