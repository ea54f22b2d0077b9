extension Metrics {
    /// What a policy that is tried would change, over all shards of the process that try it. No line without such a shard.
    func addShadow(of shards: [ShardMetrics], to text: inout PrometheusText) {
        let runs = shards.compactMap { shard in shard.shadow.figures.map { (partition: shard.partition, figures: $0) } }
        text.add(
            .shadowInfo,
            Self.counted(runs.map { ([$0.figures.name, "\($0.figures.version)", $0.figures.hash], 1) }))
        text.add(
            .shadowRemaining, runs.map { .init(["\($0.partition)"], Double($0.figures.retierRemaining)) })
        let customers = runs.compactMap(\.figures.customers)
        if !customers.isEmpty {
            text.add(
                .shadowCustomers,
                [
                    .init(["higher"], Double(customers.reduce(0) { $0 + $1.higher })),
                    .init(["lower"], Double(customers.reduce(0) { $0 + $1.lower })),
                    .init(["same"], Double(customers.reduce(0) { $0 + $1.same })),
                ])
        }
        text.add(
            .shadowStandings,
            Self.counted(runs.flatMap(\.figures.standings).map { ([$0.live, $0.shadow], $0.customers) }))
        text.add(.shadowBytes, shards.compactMap { .init(["\($0.partition)"], $0.shadowBytes) })
    }

    /// One sample for each set of label values, in their order.
    private static func counted(_ parts: [(labels: [String], count: Int)]) -> [PrometheusText.Sample] {
        let sums = Dictionary(parts) { $0 + $1 }
        return sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { .init($0.key, Double($0.value)) }
    }
}

extension Metric {
    static let shadowRuns = Metric(
        "tierd_shadow_runs_total", .counter, .runs, "Shadow runs begun; each starts from a shard's live state.")
    static let shadowRefusals = Metric(
        "tierd_shadow_refusals_total", .counter, .errors, "Shadow policy files that were not valid.")
    static let shadowInfo = Metric(
        "tierd_shadow_info", .gauge, .shards, "Shards of this process that try this policy beside the live one.",
        labels: ["name", "version", "hash"])
    static let shadowRemaining = Metric(
        "tierd_shadow_retier_remaining", .gauge, .customers,
        "Customers whom a shadow run has still to look at before it is complete; each is looked at twice.",
        labels: ["partition"])
    static let shadowCustomers = Metric(
        "tierd_shadow_customers", .gauge, .customers,
        "Customers whose tier by the shadow policy is higher than, lower than, or the same as the live one.",
        labels: ["direction"])
    static let shadowStandings = Metric(
        "tierd_shadow_moves", .gauge, .customers, "Customers by their live tier and by the shadow policy's.",
        labels: ["live", "shadow"])
    static let shadowBytes = Metric(
        "tierd_shadow_state_bytes", .gauge, .bytes, "Memory that a shard's shadow run occupies.",
        labels: ["partition"])
}
