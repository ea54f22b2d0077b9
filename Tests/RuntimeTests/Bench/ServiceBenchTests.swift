import Runtime
import Testing

/// The measurements that assert something about the daemon, with few customers.
struct ServiceBenchTests {
    @Test func `another policy beside live events tells every customer once, at no more than the rate`() throws {
        let figures = try RetieringBench(
            customers: 1_000, retiersPerSecond: 2_000, eventsPerSecond: 1_000, quietSeconds: 0.3
        ).run()
        #expect(figures.changes == 1_000)
        #expect(figures.rate <= 1.15 * 2_000)
        #expect(figures.quiet.count > 0 && figures.busy.count > 0)
    }

    @Test func `a customer who was told of nothing does not pass`() {
        #expect(throws: BenchError.self) { try RetieringAudit.check([], customers: 1) }
    }

    @Test func `a shard that was killed comes back from snapshot and journal as it was`() throws {
        let population = BenchPopulation(BenchPolicy.retail, customers: 1_000)
        try population.write()
        let figures = try RecoveryBench(population, customers: 1_000, seconds: 1).run()
        #expect(figures.customers == 1_000)
        #expect([figures.events, figures.batches] == [5_000, 200])
        #expect(figures.restoring > 0 && figures.restoring < figures.ready.wall)
    }
}
