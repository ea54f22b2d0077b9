/// Between which session timeouts a broker lets members into a group, milliseconds.
package struct SessionLimits: Hashable, Sendable {
    package static let setting = "session.timeout.ms"

    private let least: Limit
    private let most: Limit

    private struct Limit: Hashable, Sendable {
        var setting: String
        var value: Int64
        /// False where the broker does not tell, and has Kafka's own as a rule.
        var isTold: Bool

        init(_ setting: String, of configuration: [String: String], usually: Int64) {
            let told = configuration[setting].flatMap { Int64($0) }
            (self.setting, value, isTold) = (setting, told ?? usually, told != nil)
        }
    }

    /// - Parameter configuration: The broker's settings, as far as it tells them.
    package init(_ configuration: [String: String]) {
        least = Limit("group.min.session.timeout.ms", of: configuration, usually: 6_000)
        most = Limit("group.max.session.timeout.ms", of: configuration, usually: 1_800_000)
    }

    /// Whether a broker is worth asking: shorter than Kafka's usual limit, or longer than what clients take unasked.
    package static func isUnusual(_ session: Int64) -> Bool { !(6_000...45_000).contains(session) }

    /// At most one: what will go wrong, and the remedy.
    package func warnings(of session: Int64) -> [String] {
        if session > most.value { return [Self.sentence(session, "longer", most)] }
        return session < least.value ? [Self.sentence(session, "shorter", least)] : []
    }

    private static func sentence(_ session: Int64, _ compared: String, _ limit: Limit) -> String {
        let whose = limit.isTold ? "the broker's" : "the usual (this broker does not tell its own)"
        let remedy = compared == "longer" ? "at most" : "at least"
        return
            "\(setting) is \(session), \(compared) than \(whose) \(limit.setting) of \(limit.value): the group would refuse this instance, which would get no partition; set it to \(remedy) \(limit.value) in `kafka.settings`, or change the broker's limit"
    }
}
