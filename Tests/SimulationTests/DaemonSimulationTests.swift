import Foundation
import Runtime
import Scoring
import Simulation
import Testing

/// The runtime's own decisions against the simulated world. `TIERD_SIMULATION_SEEDS=10000` runs more seeds,
/// `TIERD_SIMULATION_SEED=17` one alone.
@Suite struct DaemonSimulationTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    static var seeds: [UInt64] {
        if let seed = setting("TIERD_SIMULATION_SEED") { return [seed] }
        return Array(0..<(setting("TIERD_SIMULATION_SEEDS") ?? 100))
    }

    private static func retail() throws -> Policy {
        try PolicyFile.load(path: folder.appending(path: "schemas/policies/retail.yaml").path)
    }

    @Test(arguments: seeds) func `whatever is killed and whenever, a consumer sees every change once and in order`(
        seed: UInt64
    ) throws {
        let run = SimulationRun(seed: seed, retail: try Self.retail())
        let findings = try run.run()
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))\n\(run.world.trace.report(seed: seed))")
    }

    @Test func `a policy that is tried says something in the runs that try one`() throws {
        var figures = SimulationRun.Figures()
        for seed: UInt64 in [1, 6, 9, 14] {
            let run = SimulationRun(seed: seed, retail: try Self.retail())
            _ = try run.run()
            figures += run.figures
        }
        #expect(figures.shadowRuns > 8 && figures.shadowRecords > 50)
    }

    @Test func `in the runs whose policy keeps quiet, something is told and something is not`() throws {
        var figures = SimulationRun.Figures()
        for seed: UInt64 in [10, 11, 14, 15, 26, 27] {
            let run = SimulationRun(seed: seed, retail: try Self.retail())
            _ = try run.run()
            figures += run.figures
        }
        #expect(figures.unheard > 20 && figures.outputs > 100)
    }

    /// Thousands of runs have to fit one process.
    @Test(arguments: Array<UInt64>(0..<12)) func `a run that has ended leaves nothing of its world behind`(
        seed: UInt64
    ) throws {
        weak var world: SimulatedWorld?
        weak var network: SimulatedNetwork?
        weak var cluster: SimulatedCluster?
        do {
            let run = SimulationRun(seed: seed, retail: try Self.retail())
            (world, network, cluster) = (run.world, run.world.network, run.world.cluster)
            _ = try run.run()
        }
        #expect(world == nil && network == nil && cluster == nil)
    }

    @Test func `the same seed gives the same run, line by line`() throws {
        func run(_ seed: UInt64) throws -> (UInt64, SimulationRun.Figures) {
            let run = SimulationRun(seed: seed, retail: try Self.retail())
            _ = try run.run()
            return (run.world.trace.digest, run.figures)
        }
        let (first, second, other) = (try run(5), try run(5), try run(6))
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
        #expect(other.0 != first.0)
    }
}
