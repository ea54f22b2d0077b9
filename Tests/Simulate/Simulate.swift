import ArgumentParser
import Foundation
import Runtime
import Scoring
import Simulation

/// The program behind `scripts/simulate`.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the daemon's decisions in a simulated world, seed after seed.",
        discussion: """
            Each seed is one run: two hosts, a broker, disks and a script of input, all simulated in virtual time by one thread, \
            with crashes, pauses, power cuts, two owners, rebalances, clock jumps, lost and late requests, full and damaged \
            disks. At the end every change must have been seen once and in order, as the journal and an oracle say.
            """)

    @Option(help: "How many seeds, from 0 on (or from --from).")
    var seeds: UInt64 = 1_000
    @Option(help: "The first seed.")
    var from: UInt64 = 0
    @Option(help: "Run this seed alone and print its trace.")
    var seed: UInt64?
    @Option(help: "The policy of the seeds that the naive scorer judges.")
    var policy = "schemas/policies/retail.yaml"
    @Flag(help: "Stop at the first seed that fails.")
    var stopAtFirst = false

    func run() throws {
        let retail = try PolicyFile.load(path: policy)
        if let seed { return try show(seed, retail) }
        let started = SteadyClock.now
        var total = SimulationRun.Figures()
        var failed: [UInt64] = []
        for seed in from..<from + seeds {
            let run = SimulationRun(seed: seed, retail: retail)
            let findings = try run.run()
            total += run.figures
            guard !findings.isEmpty else { continue }
            failed.append(seed)
            print("seed \(seed) failed:\n\(findings.prefix(3).joined(separator: "\n").prefix(4_000))")
            if stopAtFirst { break }
        }
        let seconds = ((SteadyClock.now - started) * 10).rounded() / 10
        print(
            "\(seeds) seeds in \(seconds) s: \(failed.count) failed; \(total.kills) kills, \(total.powerCuts) power cuts, "
                + "\(total.pauses) pauses, \(total.stops) clean stops, \(total.fenced) fenced shards, \(total.retaken) shards taken anew beside others; \(total.entries) batches, \(total.ticks) of them ticks, "
                + "\(total.outputs) outputs, \(total.snapshotsLoaded) snapshots loaded, \(total.replayed) batches replayed, "
                + "\(total.rebuilds) doubtful commits, \(total.policyChanges) policy files changed, "
                + "\(total.activations) activations, \(total.shadowRuns) shadow runs with \(total.shadowRecords) records"
        )
        if let first = failed.first {
            print("to see one: scripts/simulate --seed \(first)")
            throw ExitCode(1)
        }
    }

    private func show(_ seed: UInt64, _ retail: Policy) throws {
        let run = SimulationRun(seed: seed, retail: retail)
        let findings = try run.run()
        print(run.world.trace.report(seed: seed, last: 4_000))
        print(findings.isEmpty ? "seed \(seed): all is well" : findings.joined(separator: "\n"))
        print("\(run.figures)")
        if !findings.isEmpty { throw ExitCode(1) }
    }
}
