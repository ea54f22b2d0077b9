extension Schema {
    /// schemas/policy.schema.json, as it was when this was built.
    package static let policy = embedded(PackageResources.policy_schema_json, name: "policy.schema.json")
    /// schemas/config.schema.json, as it was when this was built.
    package static let configuration = embedded(PackageResources.config_schema_json, name: "config.schema.json")

    private static func embedded(_ bytes: [UInt8], name: String) -> Schema {
        do {
            return try Schema(json: String(decoding: bytes, as: UTF8.self), file: name)
        } catch {
            // It is part of the build, and the tests read it.
            preconditionFailure("an embedded schema cannot be read: \(error)")
        }
    }
}
