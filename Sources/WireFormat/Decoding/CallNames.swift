import Scoring

/// The names that calls of Segment's use: its e-commerce spec (versions 2 and, where it says so, 1), and its events of
/// mail and mobile campaigns. The mapping is told in schemas/events/segment.md.
struct CallNames: Sendable {
    /// The calls that say what somebody did.
    enum Call: Sendable {
        case track
        /// A page or a screen was shown.
        case page
    }

    /// What an event is to us.
    enum Meaning: Sendable {
        case order(OrderType)
        case browse(BrowseType)
        case feedback(FeedbackType)
    }

    private let calls = WireNames<Call>([("track", .track), ("page", .page), ("screen", .page)])

    let events = WireNames<Meaning>([
        ("Order Completed", .order(.completed)),
        ("Order Updated", .order(.updated)),
        ("Order Cancelled", .order(.cancelled)),
        ("Order Refunded", .order(.refunded)),

        ("Product Viewed", .browse(.productViewed)),
        ("Product List Viewed", .browse(.categoryViewed)),
        ("Product List Filtered", .browse(.categoryViewed)),
        ("Products Searched", .browse(.searched)),
        ("Product Clicked", .browse(.linkClicked)),
        ("Promotion Clicked", .browse(.linkClicked)),
        ("Product Added", .browse(.cartAdded)),
        ("Wishlist Product Added to Cart", .browse(.cartAdded)),
        ("Product Removed", .browse(.cartRemoved)),
        ("Product Added to Wishlist", .browse(.wishlistAdded)),
        ("Cart Viewed", .browse(.pageViewed)),
        ("Checkout Started", .browse(.checkoutStarted)),
        ("Email Opened", .browse(.emailOpened)),
        ("Email Link Clicked", .browse(.emailClicked)),
        ("Push Notification Tapped", .browse(.pushOpened)),

        ("Product Reviewed", .feedback(.review)),

        ("Viewed Product", .browse(.productViewed)),
        ("Viewed Product Category", .browse(.categoryViewed)),
        ("Added Product", .browse(.cartAdded)),
        ("Removed Product", .browse(.cartRemoved)),
    ])

    /// Which call a record is, by its `type`; nil if it is none of Segment's.
    func call(_ record: JSONRecord) -> Call? {
        guard let type = record[.type], type.isString else { return nil }
        return unsafe calls.find(type.bytes)
    }
}
