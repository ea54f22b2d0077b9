import Foundation
import Scoring

extension Configuration {
    /// Reads a configuration file and lays over it first the environment, then the flags; the schema rules the result.
    ///
    /// - Environment: `TIERD_` and the setting's path in capitals with `_` between its parts, e.g. `TIERD_KAFKA_BOOTSTRAP`
    ///   for `kafka.bootstrap` and `TIERD_LIMITS_BATCH_RECORDS` for `limits.batch_records`. What follows
    ///   `TIERD_KAFKA_SETTINGS_` names a librdkafka setting in capitals with `_` for each dot.
    /// - Flags: `--set PATH=VALUE`, each a path and a value here; the last of one path counts.
    ///
    /// Values are written as in the file, but text needs no quotes. A relative path, wherever it was given,
    /// starts at the folder of the configuration file.
    package static func load(
        path: String, environment: [String: String], overrides: [(path: String, value: String)]
    ) throws(FileProblems) -> Configuration {
        let text = try SourceNode.text(ofFile: path)
        return try parse(text: text, file: path, environment: environment, overrides: overrides)
    }

    /// Like `load`, from the text of the file at `file`.
    package static func parse(
        text: String, file: String, environment: [String: String] = [:],
        overrides: [(path: String, value: String)] = []
    ) throws(FileProblems) -> Configuration {
        var root = try SourceNode.parse(yaml: text, file: file)
        var problems = OverrideNames(.configuration).misspelt(in: environment)
        for override in OverrideNames(.configuration).overrides(from: environment) + overrides.map(Override.init) {
            root.apply(override, schema: .configuration)
        }
        problems += SchemaValidator(.configuration).problems(in: root)
        var reader = ConfigurationReader()
        var configuration = reader.read(Cursor(root))
        problems = problems.adding(reader.problems)
        if let error = FileProblems(problems) { throw error }
        configuration.policy = resolve(configuration.policy, besides: file)
        configuration.shadowPolicy = configuration.shadowPolicy.map { resolve($0, besides: file) }
        configuration.snapshots.path = resolve(configuration.snapshots.path, besides: file)
        return configuration
    }

    /// A path as seen from the folder of `file`.
    private static func resolve(_ path: String, besides file: String) -> String {
        guard !path.hasPrefix("/"), let cut = file.lastIndex(of: "/") else { return path }
        return String(file[...cut]) + path
    }
}
