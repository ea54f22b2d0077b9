import ArgumentParser
import Runtime
import Scoring

/// `tierd policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Understand a policy: check it, have it told in sentences, compare it with another.",
        discussion: prose(
            """
              tierd policy check schemas/policies/*.yaml
              tierd policy explain retail.yaml
              tierd policy diff retail.yaml retail-v2.yaml

            Reads files only; asks no broker.
            """),
        subcommands: [Check.self, Explain.self, Diff.self])

    /// `tierd policy check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether policies are valid, what is in them, and what was hardly meant.",
            discussion: prose(
                """
                A warning is about something that is allowed and hardly does what was meant: a tier that nobody can reach, a
                measure kept longer than needed. A note is worth knowing. Exits with 1 if a file is not valid, with --strict
                also if there is a warning.
                """))

        @Argument(help: ArgumentHelp("The policies (YAML).", valueName: "file"))
        var files: [String]

        @Flag(help: "Take warnings for errors.")
        var strict = false

        @Flag(help: "Print one JSON object a file.")
        var json = false

        func run() throws {
            var failed = false
            for (index, file) in files.enumerated() {
                if index > 0, !json { print() }
                do {
                    let summary = PolicySummary(try PolicyFile.load(path: file), path: file)
                    print(json ? String(summary.json.string.dropLast()) : summary.text)
                    failed = failed || strict && summary.hasWarnings
                } catch {
                    note("✗ \(error)")
                    failed = true
                }
            }
            if failed { throw ExitCode.failure }
        }
    }

    /// `tierd policy explain`
    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell a policy in plain sentences.",
            discussion: "Told from the compiled policy alone, so that it says what the engine does.")

        @Argument(help: ArgumentHelp("The policy (YAML).", valueName: "file"))
        var file: String

        @Flag(help: "Print it as one JSON object.")
        var json = false

        func run() throws {
            let explanation = PolicyExplanation(try PolicyFile.load(path: file))
            print(json ? String(explanation.json.string.dropLast()) : explanation.text)
        }
    }

    /// `tierd policy diff`
    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what changes from one policy to another, and what each change means.",
            discussion:
                "Policies with the same hash decide and say the same. Exits with 0 whether anything changes or not.")

        @Argument(help: ArgumentHelp("The policy in force (YAML).", valueName: "old"))
        var old: String

        @Argument(help: ArgumentHelp("The policy to come (YAML).", valueName: "new"))
        var new: String

        @Flag(help: "Print it as one JSON object.")
        var json = false

        func run() throws {
            let difference = PolicyDifference(
                from: try PolicyFile.load(path: old), to: try PolicyFile.load(path: new))
            print(json ? String(difference.json.string.dropLast()) : difference.text)
        }
    }
}
