import Foundation
import KafkaClient
import Runtime
import Testing

/// Real processes that die, freeze and come back, on real sockets; what they leave behind is read by another program.
@Suite(.serialized, .enabled(if: DaemonProcess.isAvailable, "scripts/test names the program"))
struct CrashTests {
    @Test(.timeLimit(.minutes(30)))
    func `kill -9 of two instances at random moments under load changes nothing that a reader sees`() throws {
        let plan = CrashPlan.fromEnvironment()
        print("\(plan.kills) kills with TIERD_CRASH_SEED=\(plan.seed)")
        let started = SteadyClock.now
        let cluster = try CrashCluster()
        let storm = CrashStorm(cluster, plan)
        try storm.run()
        try cluster.finish()
        let audit = try expectNothingLost(cluster)
        #expect(cluster.shardsMoved > 0)
        try CrashFigures(
            plan: plan, storm: storm, cluster: cluster, audit: audit, seconds: SteadyClock.now - started
        ).write()
    }

    /// The outputs and the journal, once both instances have stopped.
    @discardableResult
    func expectNothingLost(_ cluster: CrashCluster) throws -> CrashAudit {
        let audit = try CrashAudit(cluster.fixture)
        try audit.expectSound()
        try CrashAudit.expectJournalSound(cluster.instances[0].configuration)
        return audit
    }
}
