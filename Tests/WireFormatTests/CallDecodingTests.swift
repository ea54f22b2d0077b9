import Scoring
import Testing
import WireFormat

@Suite struct CallDecodingTests {
    private func decode(
        _ event: String, _ properties: String = "{}", _ changes: [String: String?] = [:], as input: InputKind = .browse
    ) throws -> DecodedRecord {
        try DecodedRecord(Sample.track(event, properties, changes), as: input)
    }

    @Test func `an order has its amounts to the nearest minor unit, its store and its lines`() throws {
        let record = try decode(
            "Order Completed",
            #"""
            {"order_id":"o-7","affiliation":"Town \"Store\"","total":27.499999999999996,"revenue":25,"shipping":3,
             "discount":2.5,"coupon":"games","currency":"EUR","products":[
             {"product_id":"p-1","sku":"s-1","price":19,"quantity":1,"category":"Games"},
             {"product_id":"p-2","price":3.0000000000000004,"quantity":"2"}]}
            """#)
        let order = try #require(record.order)
        #expect(order.type == .completed && order.currency == CurrencyCode("EUR"))
        #expect(order.total == Money(minorUnits: 2750) && order.shipping == Money(minorUnits: 300))
        #expect(order.discount == Money(minorUnits: 250) && order.hasCoupon && order.refund == nil)
        #expect(record.buffer.string(order.channel) == "Town \"Store\"")
        #expect(record.items.map(\.skuHash) == [StableHash.of("s-1"), StableHash.of("p-2")])
        #expect(record.items.map(\.quantityThousandths) == [1_000, 2_000])
        #expect(record.items.map(\.unitPrice) == [Money(minorUnits: 1_900), Money(minorUnits: 300)])
        let event = try #require(record.event)
        #expect(record.buffer.string(event.id) == "o-7" && record.buffer.string(event.customer) == "c-1")
        #expect(event.time == EventTime(milliseconds: 1_772_359_200_250))
    }

    @Test(arguments: [
        (#"{"order_id":1,"total":5,"revenue":4}"#, 500), (#"{"order_id":1,"revenue":4}"#, 400),
        (#"{"order_id":1,"revenue":"4.005","total":null}"#, 401),
    ])
    func `revenue stands for the total, in dollars unless it says otherwise`(properties: String, total: Int64) throws {
        let order = try #require(try decode("Order Completed", properties).order)
        #expect(order.total == Money(minorUnits: total) && order.currency == CurrencyCode("USD"))
    }

    @Test func `a refund's total is what is given back`() throws {
        let partial = try #require(try decode("Order Refunded", #"{"order_id":"o","total":19.5}"#).order)
        #expect(partial.type == .refunded && partial.refund == Money(minorUnits: 1950) && partial.total == .zero)
        let whole = try #require(try decode("Order Refunded", #"{"order_id":"o"}"#).order)
        #expect(whole.refund == nil && whole.currency == .none)
    }

    @Test func `a view has its article, category, visit, channel and campaign`() throws {
        let record = try decode(
            "Product Viewed", #"{"sku":"G-32","product_id":"p","category":"Gam\u0065s","price":18.99}"#,
            [
                "context": #"{"sessionId":1772359500123,"campaign":{"source":"x","name":"spr\u0069ng"},"page":{}}"#,
                "channel": "\"browser\"",
            ])
        let browse = try #require(record.browse)
        #expect(browse.type == .productViewed && browse.dwellMilliseconds == 0)
        #expect(browse.skuHash == StableHash.of("G-32") && browse.sessionHash == StableHash.of("1772359500123"))
        #expect(record.buffer.string(browse.category) == "Games" && record.buffer.string(browse.channel) == "browser")
        #expect(record.buffer.string(browse.campaign) == "spring")
        #expect(record.buffer.string(try #require(record.event).id) == "m-1")
    }

    @Test(arguments: [
        (#"{"campaign_name":"a","campaign_id":"b","campaign":{"name":"c"}}"#, "a"),
        (#"{"campaign_id":"b","campaign":{"name":"c"}}"#, "c"), (#"{"campaign_id":"b","campaign":{}}"#, "d"),
        (#"{"campaign_id":"b"}"#, "d"), (#"{"campaign":"c"}"#, "c"),
    ])
    func `a campaign is the most particular one`(properties: String, campaign: String) throws {
        let record = try decode("Email Opened", properties, ["context": #"{"campaign":{"name":"d"}}"#])
        #expect(record.buffer.string(try #require(record.browse).campaign) == campaign)
        let alone = try decode("Email Opened", #"{"campaign_id":12}"#)
        #expect(alone.buffer.string(try #require(alone.browse).campaign) == "12")
    }

    static let browsing: [(String, BrowseType)] = [
        ("Products Searched", .searched), ("Product List Viewed", .categoryViewed), ("Product Added", .cartAdded),
        ("Product Removed", .cartRemoved), ("Product Added to Wishlist", .wishlistAdded),
        ("Checkout Started", .checkoutStarted), ("Email Opened", .emailOpened), ("Email Link Clicked", .emailClicked),
        ("Push Notification Tapped", .pushOpened), ("Promotion Clicked", .linkClicked),
        ("Viewed Product", .productViewed),
        ("Wishlist Product Added to Cart", .cartAdded),
    ]

    @Test(arguments: browsing) func `names of Segment's are known`(name: String, type: BrowseType) throws {
        #expect(try decode(name).browse?.type == type)
    }

    @Test(arguments: ["Order Updated", "Order Cancelled", "Order Refunded", "Order Completed"])
    func `stages of an order are known`(name: String) throws {
        let type = try decode(name, #"{"order_id":"o","total":1}"#).order?.type
        #expect(type.map { "Order \($0)".lowercased() } == name.lowercased())
    }

    @Test func `a review has its rating of five`() throws {
        let feedback = try #require(try decode("Product Reviewed", #"{"rating":"4.5"}"#).feedback)
        #expect(feedback.type == .review && feedback.score == 9_000)
    }

    @Test(arguments: ["page", "screen"]) func `pages and screens are viewed`(type: String) throws {
        #expect(try decode("", "{}", ["type": "\"\(type)\"", "event": nil]).browse?.type == .pageViewed)
    }

    @Test(arguments: [InputKind.orders, .browse, .feedback]) func `a call comes by any input of events`(
        input: InputKind
    ) throws {
        #expect(try decode("Product Added", as: input).browse?.type == .cartAdded)
        #expect(try decode("Order Completed", #"{"order_id":1,"total":1}"#, as: input).order?.type == .completed)
    }

    @Test func `commands take no calls`() throws {
        #expect(try decode("Product Added", as: .commands).rejection == Rejection(.missingField, .customerID))
    }

    @Test func `who is not known is anonymous`() throws {
        let changes = ["userId": "null", "anonymousId": "\"a-1\""]
        let json = Sample.track("Product Viewed", "{}", changes)
        let record = try DecodedRecord(json, key: "a-1", as: .browse)
        #expect(record.event.map { record.buffer.string($0.customer) } == "a-1")
        #expect(try DecodedRecord(json, key: "c-1", as: .browse).rejection == Rejection(.keyMismatch, .customerID))
    }

    @Test func `a canonical record may have an event and a message id of its own`() throws {
        let record = try DecodedRecord(
            Sample.browse(["event": "\"click\"", "messageId": "7", "properties": "[]", "userId": "1,\"userId\":2"]),
            as: .browse)
        #expect(record.rejection == nil && record.browse?.type == .productViewed)
    }

    @Test(arguments: ["Product Shared", "product viewed", "Order Completed ", "", "Order"])
    func `other names are unknown types`(name: String) throws {
        #expect(try decode(name).rejection == Rejection(.unknownType, .event))
    }

    static let rejected: [(String, [String: String?], Rejection)] = [
        ("{}", ["userId": nil], Rejection(.missingField, .customerID)),
        ("{}", ["messageId": nil], Rejection(.missingField, .eventID)),
        ("{}", ["timestamp": "\"now\""], Rejection(.invalidTime, .occurredAt)),
        ("[]", [:], Rejection(.wrongType, .properties)),
        (#"{"sku":true}"#, [:], Rejection(.wrongType, .sku)),
        (#"{"category":1}"#, [:], Rejection(.wrongType, .category)),
        (#"{"category":"a","category":"b"}"#, [:], Rejection(.duplicateField, .category)),
        ("{}", ["userId": "\"c-1\",\"userId\":\"c-1\""], Rejection(.duplicateField, .customerID)),
        ("{}", ["event": "7"], Rejection(.wrongType, .event)),
    ]

    @Test(arguments: rejected) func `a call at fault is rejected by the canonical name`(
        properties: String, changes: [String: String?], rejection: Rejection
    ) throws {
        let record = try decode("Product Viewed", properties, changes)
        #expect(record.rejection == rejection)
        #expect(record.isEmpty)
    }
}
