extension Schema {
    /// schemas/policy.schema.json, as it was when this was built.
    package static let policy = built(from: policyText, name: "policy.schema.json")
    /// schemas/config.schema.json, as it was when this was built.
    package static let configuration = built(from: configurationText, name: "config.schema.json")

    package static var policyText: String { String(decoding: PackageResources.policy_schema_json, as: UTF8.self) }
    package static var configurationText: String {
        String(decoding: PackageResources.config_schema_json, as: UTF8.self)
    }

    private static func built(from text: String, name: String) -> Schema {
        do {
            return try Schema(json: text, file: name)
        } catch {
            // It is part of the build, and the tests read it.
            preconditionFailure("an embedded schema cannot be read: \(error)")
        }
    }
}
