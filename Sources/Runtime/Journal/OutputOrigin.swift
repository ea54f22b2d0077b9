/// Tells an application's own outputs from those of others that write to the same topics.
package struct OutputOrigin: Hashable, Sendable {
    private let source: String?
    private let inputs: Set<String>
    private let deadLetters: String

    private static let root = "/tierd/"

    /// The `ce_source` of an application's outputs.
    package static func source(of application: String) -> String { root + application }

    /// - Parameters:
    ///   - application: Nil where it is not known: then no output is told apart.
    ///   - inputs: The topics that it reads, for a dead letter names only where its record came from. Empty where they are
    ///     not known: then no dead letter is told apart, nor are those of applications that read the same topics.
    ///   - deadLetters: The topic that dead letters go to.
    package init(application: String?, inputs: some Sequence<String>, deadLetters: String) {
        source = application.map(Self.source)
        self.inputs = Set(inputs)
        self.deadLetters = deadLetters
    }

    /// Whether another application has written a record of `topic`; `header` gives the last value of a name.
    package func isForeign(_ topic: String, header: (String) -> String?) -> Bool {
        guard topic != deadLetters else {
            // Its record's own headers come first, and may be those of another tierd's output.
            guard !inputs.isEmpty, let origin = header("tierd_source_topic") else { return false }
            return !inputs.contains(origin)
        }
        guard let source, let found = header("ce_source") else { return false }
        return found.hasPrefix(Self.root) && found != source
    }
}
