/// The environment variables that stand for the settings of a schema.
package struct OverrideNames {
    static let prefix = "TIERD_"
    /// The setting whose own parts are free: names of librdkafka settings.
    static let settings = ["kafka", "settings"]
    private static let settingsPrefix = "TIERD_KAFKA_SETTINGS_"

    /// In the order of the schema.
    private let variables: [(name: String, path: [String])]

    package init(_ schema: Schema) {
        variables = schema.leaves(root: schema).map { path in
            (Self.prefix + path.joined(separator: "_").uppercased(), path)
        }
    }

    /// The names, for documentation.
    package var names: [String] { variables.map(\.name) }

    /// In the order of the schema, librdkafka's settings last and by name, so that messages come in a fixed order.
    func overrides(from environment: [String: String]) -> [Override] {
        let known = variables.compactMap { variable in
            environment[variable.name].map {
                Override(path: variable.path, value: $0, origin: .environment(variable: variable.name))
            }
        }
        let settings = environment.filter { $0.key.hasPrefix(Self.settingsPrefix) }.sorted { $0.key < $1.key }
        return known
            + settings.map { name, value in
                let setting = name.dropFirst(Self.settingsPrefix.count).lowercased().split(separator: "_").joined(
                    separator: ".")
                return Override(path: Self.settings + [setting], value: value, origin: .environment(variable: name))
            }
    }

    /// Variables that look like a slip of the keyboard. Others that start alike are none of ours: container platforms
    /// inject `TIERD_PORT` and the like for a service of this name.
    func misspelt(in environment: [String: String]) -> [FileProblem] {
        let names = Set(names)
        let unknown = environment.keys.filter {
            $0.hasPrefix(Self.prefix) && !names.contains($0) && !$0.hasPrefix(Self.settingsPrefix)
        }
        return unknown.sorted().compactMap { name in
            let stem = String(name.dropFirst(Self.prefix.count))
            let stems = variables.map { String($0.name.dropFirst(Self.prefix.count)) }
            guard let nearest = Suggestion.nearest(to: stem, among: stems), stem.count > 4 else { return nil }
            return FileProblem(
                .environment(variable: name), found: "no such setting", suggestion: Self.prefix + nearest)
        }
    }
}

extension Schema {
    /// The paths of everything that is not a mapping.
    fileprivate func leaves(root: Schema) -> [[String]] {
        properties.flatMap { property in
            let schema = root.resolved(property.schema)
            guard schema.types == [.object] else { return [[property.name]] }
            return schema.leaves(root: root).map { [property.name] + $0 }
        }
    }
}
