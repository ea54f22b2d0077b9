/// What a visitor did. Raw values are bit positions in the daily browse buckets: append only.
package enum BrowseType: UInt8, CaseIterable, Sendable {
    case pageViewed = 0
    case productViewed = 1
    case categoryViewed = 2
    case searched = 3
    case linkClicked = 4
    case cartAdded = 5
    case cartRemoved = 6
    case checkoutStarted = 7
    case wishlistAdded = 8
    case emailOpened = 9
    case emailClicked = 10
    case pushOpened = 11

    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .pageViewed: "page_viewed"
        case .productViewed: "product_viewed"
        case .categoryViewed: "category_viewed"
        case .searched: "searched"
        case .linkClicked: "link_clicked"
        case .cartAdded: "cart_added"
        case .cartRemoved: "cart_removed"
        case .checkoutStarted: "checkout_started"
        case .wishlistAdded: "wishlist_added"
        case .emailOpened: "email_opened"
        case .emailClicked: "email_clicked"
        case .pushOpened: "push_opened"
        }
    }
}

/// What a browse event says.
package struct BrowseEvent: Sendable {
    package var type: BrowseType
    /// Time spent, milliseconds; at most `maximumDwell`.
    package var dwellMilliseconds: UInt32
    /// `StableHash` of the session id's bytes; 0 when the event names no session.
    package var sessionHash: UInt64
    /// `StableHash` of the article's id; 0 when the event names none.
    package var skuHash: UInt64
    package var category: TextSpan
    package var channel: TextSpan
    package var campaign: TextSpan

    /// One day: a longer dwell is a forgotten tab, and is rejected as out of range.
    package static let maximumDwell: UInt32 = 86_400_000

    @inlinable package init(
        type: BrowseType, sessionHash: UInt64, dwellMilliseconds: UInt32, skuHash: UInt64 = 0,
        category: TextSpan = .empty, channel: TextSpan = .empty, campaign: TextSpan = .empty
    ) {
        self.type = type
        self.dwellMilliseconds = dwellMilliseconds
        self.sessionHash = sessionHash
        self.skuHash = skuHash
        self.category = category
        self.channel = channel
        self.campaign = campaign
    }
}
