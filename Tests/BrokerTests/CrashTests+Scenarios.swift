import Foundation
import Runtime
import Testing

extension CrashTests {
    @Test(.timeLimit(.minutes(5)))
    func `an instance that was frozen past its session writes nothing more of what it had in hand`() throws {
        let cluster = try CrashCluster()
        let zombie = cluster.instances[0]
        try cluster.start()
        try cluster.feed(0.3, over: 1)
        zombie.freeze()
        // While nobody works on its shards, and then while the other one does.
        try cluster.feed(0.5, over: CrashCluster.sessionSeconds + 0.5)
        cluster.endSession(0)
        eventually("the other one has taken over", within: 40) { cluster.hasAllShards(1) }
        try cluster.feed(0.7, over: 1)
        zombie.thaw()
        try cluster.feed(0.9, over: 1)
        eventually("the frozen one takes part again, or has ended; \(cluster.errors(0))", within: 60) {
            cluster.hasShards([2, 2]) || !zombie.isRunning
        }
        #expect(zombie.isRunning || !cluster.errors(0).isEmpty, "it ended without a word")
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    @Test(.timeLimit(.minutes(5)))
    func `after its snapshots were deleted it writes new ones, and recovers from what there is`() throws {
        let cluster = try CrashCluster()
        let one = cluster.instances[0]
        try cluster.start()
        try cluster.feed(0.3, over: 2)
        eventually("there is a snapshot") { Self.published(one) > 0 }
        try FileManager.default.removeItem(at: one.snapshots)
        let before = Self.published(one)
        try cluster.feed(0.6, over: 2)
        eventually("there are new ones; \(cluster.errors(0))") { Self.published(one) >= before + 4 }
        #expect(FileManager.default.fileExists(atPath: one.snapshots.path))
        one.kill()
        try FileManager.default.removeItem(at: one.snapshots)
        try one.start()
        try cluster.feed(0.9, over: 1)
        eventually("it is back without any; \(cluster.errors(0))") { one.isReady }
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a full disk costs snapshots, says so and counts them, until there is room again`() throws {
        let cluster = try CrashCluster()
        let one = cluster.instances[0]
        let disk = try CrashDisk(at: one.snapshots)
        defer { disk.remove() }
        try cluster.start()
        try cluster.feed(0.2, over: 1)
        eventually("there is a snapshot") { Self.published(one) > 0 }
        try disk.fill()
        try cluster.feed(0.6, over: 3)
        eventually("failures are counted") { (one.metric(#"tierd_snapshots_total{outcome="failed"}"#) ?? 0) > 0 }
        #expect(cluster.errors(0).contains { $0.contains("snapshots: ") })
        #expect(one.isReady)
        eventually("all is worked off without them") { cluster.isCaughtUp }
        try disk.empty()
        let before = Self.published(one)
        try cluster.feed(0.9, over: 2)
        eventually("snapshots are written again; \(cluster.errors(0))") { Self.published(one) > before }
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a clean rolling restart replays nothing`() throws {
        let cluster = try CrashCluster()
        try cluster.start()
        try cluster.feed(0.3, over: 1)
        for (index, instance) in cluster.instances.enumerated() {
            #expect(instance.stop() == 0)
            try cluster.feed(0.4 + 0.2 * Double(index), over: 0.5)
            try instance.start()
            eventually("\(instance.instance) has its shards again; \(cluster.errors(index))") {
                cluster.hasShards([2, 2])
            }
            try cluster.feed(0.5 + 0.2 * Double(index), over: 0.5)
            let replayed = instance.logLinesSinceStart.filter { $0.message == "shard is live" }
                .map { $0.fields["replayed_batches"] }
            #expect(replayed == ["0", "0"])
            #expect(instance.metric("tierd_replayed_batches_total") == 0)
        }
        try cluster.finish()
        try expectNothingLost(cluster)
    }

    private static func published(_ instance: DaemonProcess) -> Double {
        instance.metric(#"tierd_snapshots_total{outcome="published"}"#) ?? 0
    }
}

/// A small disk of one test's own that can be full: a file system in memory where the test may mount one, else a file
/// in place of the folder, which cannot be written to either.
final class CrashDisk {
    private static let bytes = 8 << 20
    private let path: URL
    private let isMounted: Bool
    private var ballast: URL { path.appending(path: "ballast") }

    init(at path: URL) throws {
        self.path = path
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        isMounted =
            try getuid() == 0
            && Program.run("mount", ["-t", "tmpfs", "-o", "size=\(Self.bytes)", "tmpfs", path.path]).status == 0
        if !isMounted {
            print("no file system can be mounted here; a file in place of the folder stands for a full disk")
        }
    }

    func remove() { if isMounted { _ = try? Program.run("umount", ["-l", path.path]) } }

    func fill() throws {
        guard isMounted else {
            try FileManager.default.removeItem(at: path)
            try Data().write(to: path)
            return
        }
        // Ends with an error when nothing more goes in, as it should.
        let written = try Program.run("dd", ["if=/dev/zero", "of=\(ballast.path)", "bs=4k", "status=none"])
        #expect(written.status != 0)
    }

    func empty() throws {
        try FileManager.default.removeItem(at: isMounted ? ballast : path)
    }
}
