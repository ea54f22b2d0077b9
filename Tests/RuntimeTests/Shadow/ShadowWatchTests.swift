import Foundation
import Runtime
import Scoring
import Testing

/// When a shadow policy's file asks for another run.
struct ShadowWatchTests {
    private struct Scene {
        let folder: TemporaryFolder
        let path: String
        let live: KeptPolicy
        var shadow: KeptPolicy?
        var watch: ShadowWatch

        init() throws {
            folder = try TemporaryFolder()
            path = folder.path("next.yaml")
            let text = try SchemaFile.text("policies/retail.yaml")
            live = KeptPolicy(try PolicyFile.parse(text: text, file: "retail.yaml"))
            watch = ShadowWatch(path: path)
        }

        func write(_ replacements: [(String, String)] = []) throws {
            var text = try SchemaFile.text("policies/retail.yaml")
            for (old, new) in replacements { text = text.replacing(old, with: new, maxReplacements: 1) }
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }

        func remove() throws { try FileManager.default.removeItem(atPath: path) }

        /// What is found in words; what is offered is tried.
        mutating func look(at now: Double, isAsked: Bool = false) -> String {
            switch watch.look(at: now, isAsked: isAsked, live: live, shadow: shadow) {
            case .nothing: return "nothing"
            case .changed(let policy):
                shadow = policy
                return "version \(policy.policy.version)"
            case .gone:
                shadow = nil
                return "gone"
            case .refused(let problem): return "refused: \(problem)"
            }
        }
    }

    private static let next = [("version: 1", "version: 2")]

    @Test func `a file is offered at the first look, and another text once it stays`() throws {
        var scene = try Scene()
        try scene.write(Self.next)
        #expect(scene.look(at: 0, isAsked: true) == "version 2")
        #expect((1..<4).map { scene.look(at: Double($0)) } == ["nothing", "nothing", "nothing"])
        try scene.write([("version: 1", "version: 3")])
        #expect([4.0, 5].map { scene.look(at: $0) } == ["nothing", "version 3"])
    }

    @Test func `a file that is not valid is refused by name and place, and what is tried stays`() throws {
        var scene = try Scene()
        try scene.write(Self.next)
        _ = scene.look(at: 0, isAsked: true)
        try scene.write([("version: 1", "version: one")])
        _ = scene.look(at: 1)
        let refusal = scene.look(at: 2)
        #expect(refusal.contains("next.yaml:") && refusal.contains("version") && refusal.contains("one"))
        #expect(scene.look(at: 3) == "nothing" && scene.shadow?.policy.version == 2)
    }

    @Test func `another currency than the live one's is refused`() throws {
        var scene = try Scene()
        try scene.write([("currency: USD", "currency: EUR")])
        #expect(scene.look(at: 0, isAsked: true).contains("EUR"))
    }

    @Test func `a file that has gone ends the run at the second look, and counts anew when it is back`() throws {
        var scene = try Scene()
        try scene.write(Self.next)
        _ = scene.look(at: 0, isAsked: true)
        try scene.remove()
        #expect([1.0, 2, 3, 4].map { scene.look(at: $0) } == ["nothing", "gone", "nothing", "nothing"])
        try scene.write(Self.next)
        #expect([5.0, 6, 7].map { scene.look(at: $0) } == ["nothing", "version 2", "nothing"])
    }

    @Test func `a file that is just being replaced has not gone`() throws {
        var scene = try Scene()
        try scene.write(Self.next)
        _ = scene.look(at: 0, isAsked: true)
        try scene.remove()
        #expect(scene.look(at: 1) == "nothing")
        try scene.write(Self.next)
        #expect([2.0, 3, 4].map { scene.look(at: $0) } == ["nothing", "nothing", "nothing"])
    }

    @Test func `a file that is not there yet is missed once, and the live policy's own text is offered like any other`()
        throws
    {
        var scene = try Scene()
        #expect(scene.look(at: 0, isAsked: true).contains("next.yaml"))
        #expect([1.0, 2].map { scene.look(at: $0) } == ["nothing", "nothing"])
        try scene.write()
        #expect([3.0, 4, 5].map { scene.look(at: $0) } == ["nothing", "version 1", "nothing"])
    }

    @Test func `without a path there is nothing to see`() throws {
        var scene = try Scene()
        scene.watch = ShadowWatch(path: nil)
        #expect(scene.look(at: 0, isAsked: true) == "nothing")
    }
}
