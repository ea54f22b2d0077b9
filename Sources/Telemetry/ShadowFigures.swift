/// What a shard's shadow run has come to.
package struct ShadowFigures: Hashable, Sendable, Encodable {
    /// Names the run; its records carry it.
    package var run: String
    /// The policy that is tried.
    package var name: String
    package var version: Int
    package var hash: String
    /// Customers whom its re-tiering has still to look at; each is looked at twice, for rises and for the rest.
    package var retierRemaining = 0
    /// As of the last comparison; nil before the first.
    package var customers: Customers?
    /// The same by both tiers, those without any customer left out.
    package var standings: [Standing] = []

    /// By where the shadow policy has them, compared with the live one.
    package struct Customers: Hashable, Sendable, Encodable {
        package var higher: Int
        package var lower: Int
        package var same: Int

        package init(higher: Int, lower: Int, same: Int) {
            self.higher = higher
            self.lower = lower
            self.same = same
        }
    }

    /// Customers who stand on one tier by the live policy, and on one by the shadow's.
    package struct Standing: Hashable, Sendable, Encodable {
        package var live: String
        package var shadow: String
        package var customers: Int

        package init(live: String, shadow: String, customers: Int) {
            self.live = live
            self.shadow = shadow
            self.customers = customers
        }
    }

    private enum CodingKeys: String, CodingKey {
        case run, name, version, hash
        case retierRemaining = "retier_remaining"
        case customers, standings
    }

    package init(run: String, name: String, version: Int, hash: String) {
        self.run = run
        self.name = name
        self.version = version
        self.hash = hash
    }
}
