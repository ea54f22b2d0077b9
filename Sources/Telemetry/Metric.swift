/// What a metric is called and means; its series carry only values.
package struct Metric: Hashable, Sendable {
    package let name: String
    package let kind: Kind
    /// Nil for a yes or no, which is 1 or 0.
    package let unit: Unit?
    /// One sentence for the person who reads a dashboard.
    package let help: String
    /// Label names, in the order in which samples give the values.
    package let labels: [String]

    init(_ name: String, _ kind: Kind, _ unit: Unit?, _ help: String, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.labels = labels
    }

    /// The raw value is the type's name in the Prometheus text format.
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// What one count, or one step of a gauge, stands for.
    package enum Unit: String, Sendable {
        case records
        case events
        case outputs
        case deadlines
        case batches
        case snapshots
        case partitions
        case transactions
        case errors
        case activations
        case rebalances
        case customers
        case shards
        case currency
        case runs
        case bytes
        case seconds
    }
}
