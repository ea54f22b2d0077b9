import Foundation
import Runtime
import Scoring
import Testing

/// When a policy file counts as changed.
struct PolicyWatchTests {
    private static func shipped(_ name: String = "retail.yaml") throws -> String {
        try String(contentsOf: SchemaFile.folder.appending(path: "policies/\(name)"), encoding: .utf8)
    }

    private struct Scene {
        let folder: TemporaryFolder
        let path: String
        let current: KeptPolicy
        var watch: PolicyWatch

        init() throws {
            folder = try TemporaryFolder()
            path = folder.path("policy.yaml")
            current = KeptPolicy(try PolicyFile.parse(text: try shipped(), file: "retail.yaml"))
            watch = PolicyWatch(path: path)
            try write(try shipped())
        }

        func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

        /// What is found in words.
        mutating func look(at now: Double, isAsked: Bool = false) -> String {
            switch watch.look(at: now, isAsked: isAsked, current: current) {
            case .nothing: "nothing"
            case .changed(let policy): "version \(policy.policy.version)"
            case .refused(let problem): "refused: \(problem)"
            }
        }
    }

    @Test func `the same policy is no change, and neither is another comment`() throws {
        var scene = try Scene()
        #expect((0..<4).map { scene.look(at: Double($0)) } == Array(repeating: "nothing", count: 4))
        try scene.write("# for people\n" + Self.shipped())
        #expect((4..<8).map { scene.look(at: Double($0)) } == Array(repeating: "nothing", count: 4))
    }

    @Test func `another policy is found once the file stays the same from one look to the next`() throws {
        var scene = try Scene()
        _ = scene.look(at: 0)
        try scene.write(Self.shipped().replacing("version: 1", with: "version: 2"))
        #expect(scene.look(at: 0.5) == "nothing")
        #expect(scene.look(at: 1) == "nothing")
        #expect(scene.look(at: 2) == "version 2")
        #expect(scene.look(at: 3) == "nothing")
    }

    @Test func `over historical data a policy is taken as if it said nothing of catching up`() throws {
        var scene = try Scene()
        try scene.write(Self.shipped() + "catch_up: {quiet_beyond: 1d}\n")
        #expect(scene.look(at: 0, isAsked: true) == "version 1")
        scene.watch = PolicyWatch(path: scene.path, tellsAll: true)
        #expect(scene.look(at: 0, isAsked: true) == "nothing")
    }

    @Test func `whoever asks is answered at once`() throws {
        var scene = try Scene()
        try scene.write(Self.shipped().replacing("version: 1", with: "version: 2"))
        #expect(scene.look(at: 0, isAsked: true) == "version 2")
    }

    @Test func `a file that is not valid is refused once, by name and place, and taken when it is mended`() throws {
        var scene = try Scene()
        try scene.write(Self.shipped().replacing("version: 1", with: "version: one"))
        _ = scene.look(at: 0)
        let refusal = scene.look(at: 1)
        #expect(refusal.hasPrefix("refused: \(scene.path):") && refusal.contains("version: found \"one\", expected"))
        #expect(scene.look(at: 2) == "nothing" && scene.look(at: 3) == "nothing")
        try scene.write(Self.shipped().replacing("version: 1", with: "version: 3"))
        #expect([4, 5].map { scene.look(at: $0) } == ["nothing", "version 3"])
    }

    @Test func `another currency is refused, for amounts are kept in the first`() throws {
        var scene = try Scene()
        try scene.write(
            Self.shipped().replacing("currency: USD", with: "currency: CHF"))
        #expect(scene.look(at: 0, isAsked: true).contains("currency: found CHF, expected USD"))
    }

    @Test func `a missing file is said once and changes nothing`() throws {
        var scene = try Scene()
        try FileManager.default.removeItem(atPath: scene.path)
        #expect(scene.look(at: 0).hasPrefix("refused: "))
        #expect(scene.look(at: 1) == "nothing")
    }

    @Test func `without a file there is nothing to watch`() throws {
        var watch = PolicyWatch(path: nil)
        guard case .nothing = watch.look(at: 0, isAsked: true, current: try Scene().current) else {
            Issue.record("found something")
            return
        }
    }
}
