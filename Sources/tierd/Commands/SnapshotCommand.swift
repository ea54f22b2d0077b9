import ArgumentParser
import Runtime
import Scoring

/// `tierd snapshot`
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Look at the copies of the state: list them, check them, or print the customers in one.",
        discussion: prose(
            """
            A snapshot holds the state of one shard after one journal entry. tierd takes them by itself and restores the newest
            valid one; these commands only look.

              tierd snapshot list --config tierd.yaml
              tierd snapshot verify --path /var/lib/tierd/snapshots/tierd
              tierd snapshot export --config tierd.yaml --shard 0 | jq -c 'select(.tier == "gold")'
            """),
        subcommands: [List.self, Inspect.self, Verify.self, Export.self])

    /// Which store; shared by the sub-commands.
    struct Place: ParsableArguments {
        @OptionGroup var file: OptionalConfiguration

        @Option(help: "Without a file: the folder of an application's snapshots.")
        var path: String?

        func validate() throws {
            guard (file.config == nil) == (path != nil) else { throw ValidationError("give either --config or --path") }
        }

        func archive() throws -> SnapshotArchive {
            guard let configuration = try file.load() else { return SnapshotArchive(.directory(path ?? "")) }
            guard let archive = SnapshotArchive(configuration) else {
                throw CleanExitFailure("the configuration takes no snapshots: snapshots.store is none")
            }
            return archive
        }
    }

    /// `tierd snapshot list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one line per snapshot, each shard's newest first.",
            discussion: "Reads the beginnings only; whether a snapshot is whole is what `verify` says.")

        @OptionGroup var place: Place

        @Option(help: "This shard only (default: all).")
        var shard: Int32?

        @Flag(help: "Print one JSON object per snapshot, with everything that its header says.")
        var json = false

        func run() throws {
            let archive = try place.archive()
            let found = try archive.snapshots(of: shard)
            if found.isEmpty { note("no snapshots in \(archive.place)") }
            if !json, !found.isEmpty { print(SnapshotText.heading) }
            for (name, bytes) in found {
                let text = SnapshotText(name, bytes: bytes, try? archive.header(of: name))
                print(json ? String(text.json.string.dropLast()) : text.line)
            }
        }
    }

    /// `tierd snapshot inspect`
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a snapshot says about itself: whose it is, where in the journal, and when.")

        @OptionGroup var place: Place

        @Option(help: "The shard.")
        var shard: Int32

        @Option(help: "The journal sequence that it contains (default: the newest).")
        var sequence: UInt64?

        @Flag(help: "Print it as one JSON object.")
        var json = false

        func run() throws {
            let archive = try place.archive()
            let name = try archive.snapshot(of: shard, sequence)
            let bytes = try archive.snapshots(of: shard).first { $0.name == name }?.bytes ?? 0
            let text = SnapshotText(name, bytes: bytes, try archive.header(of: name))
            print(json ? String(text.json.string.dropLast()) : text.words)
        }
    }

    /// `tierd snapshot verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every byte of the snapshots and say of each whether it is valid.",
            discussion: "Checks frames, checksums, counts and the running digest. Exits with 1 if any is not valid.")

        @OptionGroup var place: Place

        @Option(help: "This shard only (default: all).")
        var shard: Int32?

        @Option(help: "The one of this journal sequence only.")
        var sequence: UInt64?

        @Flag(help: "Print one JSON object per snapshot.")
        var json = false

        func run() throws {
            let archive = try place.archive()
            let found = try archive.snapshots(of: shard).filter { sequence == nil || $0.name.sequence == sequence }
            guard !found.isEmpty else {
                throw CleanExitFailure("no such snapshot in \(archive.place)")
            }
            var (problems, bytes) = (0, 0)
            var line = ProgressLine()
            for (name, size) in found {
                line.show(bytes, "bytes", fraction: nil)
                let problem = archive.problem(of: name)
                line.clear()
                print(
                    json
                        ? SnapshotText.verdict(name, bytes: size, problem)
                        : problem.map { "✗ \($0)" } ?? "✓ snapshot \(name): valid")
                if problem != nil { problems += 1 }
                bytes += size
            }
            if !json { print("\(found.count - problems) of \(found.count) snapshots are valid, \(bytes) bytes read") }
            if problems > 0 { throw ExitCode.failure }
        }
    }

    /// `tierd snapshot export`
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the customers of a snapshot, one JSON object a line.",
            discussion: prose(
                """
                Takes the newest valid snapshot of each shard unless one is named; a damaged one gives nothing. Times are
                milliseconds since the epoch, amounts minor units of the policy's currency; every field is described in
                schemas/snapshot-export.schema.json. `tierd fit --customers` learns from it.
                """))

        @OptionGroup var place: Place

        @Option(help: "The policy that the snapshot was made under (default: the configuration's).")
        var policy: String?

        @Option(help: "This shard only (default: all).")
        var shard: Int32?

        @Option(help: "The snapshot of this journal sequence; needs --shard.")
        var sequence: UInt64?

        func validate() throws {
            if sequence != nil, shard == nil {
                throw ValidationError("--sequence names a snapshot of one shard: give --shard too")
            }
            if policy == nil, place.file.config == nil {
                throw ValidationError("--path tells no policy, which the names of tiers are from: give --policy too")
            }
        }

        func run() throws {
            let archive = try place.archive()
            let path = try policy ?? place.file.load()?.policy ?? ""
            let rules = try PolicyFile.load(path: path)
            let output = try LineFile(path: "-")
            let choice = try archive.choose(shard, sequence)
            for skipped in choice.skipped { note("passed over: \(skipped)") }
            for name in choice.names {
                var failure: (any Error)?
                try archive.export(name, policy: rules) { line in
                    do { try output.write((line + "\n").utf8) } catch { failure = error }
                    return failure == nil
                }
                if let failure { throw failure }
            }
            try output.close()
        }
    }
}
