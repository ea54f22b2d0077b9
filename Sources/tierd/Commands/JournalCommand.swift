import ArgumentParser
import Runtime
import Scoring

/// `tierd journal`
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Look into the journal, and prove by it that no output is missing, repeated, torn or altered.",
        discussion: prose(
            """
            Every batch leaves one entry in the journal: which records made it up and what it gave. Each output carries the
            entry that it belongs to in its header tierd_batch (shard/sequence/index).

              tierd journal list --config tierd.yaml --shard 0 --from 100 --limit 20
              tierd journal explain --config tierd.yaml --shard 0 --sequence 117
              tierd journal verify --config tierd.yaml

            Reads only, as a consumer that joins no group; a running tierd is not disturbed.
            """),
        subcommands: [List.self, Verify.self, Explain.self])

    /// Which journal; shared by the sub-commands.
    struct Place: ParsableArguments {
        @OptionGroup var file: OptionalConfiguration

        @Option(help: "Without a file: the Kafka at HOST:PORT.")
        var bootstrap: String?

        @Option(help: "Without a file: the journal's topic. The outputs then have their default names.")
        var topic: String?

        func validate() throws {
            guard (file.config == nil) == (bootstrap != nil && topic != nil) else {
                throw ValidationError("give either --config, or --bootstrap and --topic")
            }
        }

        func archive() throws -> JournalArchive {
            if let configuration = try file.load() { return JournalArchive(configuration) }
            var topics = OutputTopics.standard
            topics.journal = topic ?? ""
            return JournalArchive(bootstrap: bootstrap ?? "", topics: topics)
        }
    }

    /// `tierd journal list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one line per entry, oldest first.",
            discussion: prose(
                """
                The columns: shard; sequence and offset in the journal; the shard's clock after the batch; what made it up
                (events, a tick of the clock in silence, or bare progress past control records); outputs and dead letters; the
                entry's digest, which the next one carries; the offsets that were taken from each input.
                """))

        @OptionGroup var place: Place

        @Option(help: "This shard only (default: all).")
        var shard: Int32?

        @Option(help: "From this sequence on.")
        var from: UInt64 = 0

        @Option(help: "At most so many entries of each shard (default: all).")
        var limit: Int?

        @Flag(help: "Print one JSON object per entry, with every field.")
        var json = false

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit: found \(limit), expected 1 or more") }
        }

        func run() throws {
            let archive = try place.archive()
            let output = try LineFile(path: "-")
            if !json { try output.write((ArchivedEntry.heading + "\n").utf8) }
            for shard in try archive.shards(only: shard) {
                var left = limit ?? .max
                var failure: (any Error)?
                try archive.entries(of: shard, from: from) { entry in
                    left -= 1
                    do {
                        try output.write(json ? Array(entry.json.bytes) : Array((entry.line + "\n").utf8))
                    } catch {
                        failure = error
                    }
                    return left > 0 && failure == nil
                }
                if let failure { throw failure }
            }
            try output.close()
        }
    }

    /// `tierd journal verify`
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every entry, and every output against its entry.",
            discussion: prose(
                """
                Reads the journals and the output topics once. Says what is missing, torn (some outputs of a batch are there,
                some are not), altered, repeated, reordered, extra or unstamped, and exits with 1 if anything is. Outputs that
                retention has removed are not errors; neither is what was committed while it reads. With --config, outputs that
                another application has written to the same topics are counted and passed over; of dead letters, those of
                records from other input topics.
                """))

        @OptionGroup var place: Place

        @Option(help: "This shard only (default: all).")
        var shard: Int32?

        @Flag(help: "Print the findings and figures as one JSON object.")
        var json = false

        func run() throws {
            let started = SteadyClock.now
            var line = ProgressLine()
            let report = try place.archive().audit(only: shard) { line.show($0, "records", fraction: $1) }
            line.clear()
            let seconds = SteadyClock.now - started
            print(json ? String(report.json(seconds: seconds).string.dropLast()) : report.text(seconds: seconds))
            if !report.isSound { throw ExitCode.failure }
        }
    }

    /// `tierd journal explain`
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say everything about one entry: what made it up, under which rules, and where its outputs are.",
            discussion: "Reads the output topics until all outputs of the entry are found.")

        @OptionGroup var place: Place

        @Option(help: "The shard.")
        var shard: Int32

        @Option(help: "The entry's place in the shard's chain.")
        var sequence: UInt64

        @Flag(help: "Print it as one JSON object.")
        var json = false

        func run() throws {
            let archive = try place.archive()
            _ = try archive.shards(only: shard)
            let found = try archive.entry(of: shard, sequence)
            let entry = try found.entry.get()
            var line = ProgressLine()
            let outputs = try archive.outputs(of: entry, shard: shard) { line.show($0, "records", fraction: $1) }
            line.clear()
            let explanation = JournalExplanation(found, entry, outputs, archive)
            print(json ? String(explanation.json.string.dropLast()) : explanation.text)
        }
    }
}
