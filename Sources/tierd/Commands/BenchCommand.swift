import ArgumentParser
import Runtime

/// `tierd bench`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure on this machine: parsing, scoring, memory, recovery, and with a Kafka end to end.",
        discussion: prose(
            """
            (a) parsing alone, (b) decoding, scoring and encoding on one thread, (c) memory per customer, (e) snapshots, (f) a
            change of policy beside live events, (g) recovery after kill -9, and with --bootstrap (d) draining the same
            topics with the client library alone and with the whole daemon, and how soon a change follows its event. The
            work is seeded and the same each time. Takes some minutes; nothing else should run meanwhile.

            (d) makes topics of its own, whose names it prints at the end, and leaves them there. (e) and (g) need about 350
            bytes of temporary folder per customer.
            """))

    @Option(help: ArgumentHelp("Write the figures as JSON to this file, - for standard output.", valueName: "file"))
    var json: String?

    @Option(
        help: """
            Records in (a), (b) and (d) (default: 2000000; with --bootstrap 200000, so that what a broker answers which gives \
            all it has at once stays below what a client takes).
            """)
    var events: Int?

    @Option(help: "Customers in (b), (d) and (f).")
    var customers = 200_000

    @Option(help: "Customers in (c), (e) and (g).")
    var memoryCustomers = 1_000_000

    @Option(help: "activation.rate in (f): customers a second, each of whom is looked at twice.")
    var retierRate = RetieringBench.highestRate

    @Option(help: "How often (a), (b) and (d) are repeated, in turn; the median counts.")
    var rounds = 3

    @Option(help: "Measure with this policy instead of the built-in one.")
    var policy: String?

    @Option(help: "The Kafka at HOST:PORT for (d).")
    var bootstrap: String?

    func validate() throws {
        guard min(events ?? 1, customers, memoryCustomers, rounds) > 0 else {
            throw ValidationError("--events, --customers, --memory-customers and --rounds must be at least 1")
        }
        guard (1...RetieringBench.highestRate).contains(retierRate) else {
            throw ValidationError("--retier-rate must be from 1 to \(RetieringBench.highestRate)")
        }
    }

    func run() throws {
        var bench = Bench()
        bench.events = events ?? (bootstrap == nil ? 2_000_000 : 200_000)
        bench.customers = customers
        bench.memoryCustomers = memoryCustomers
        bench.retiersPerSecond = retierRate
        bench.rounds = rounds
        bench.bootstrap = bootstrap
        if let policy {
            bench.policy = try PolicyFile.load(path: policy)
            bench.policyName = policy
        }
        let report = try bench.run { note("bench: \($0)") }
        if json != "-" { print(report.text, terminator: "") }
        guard let json else { return }
        let file = try LineFile(path: json)
        try file.write(report.json.bytes)
        try file.close()
    }
}
