/// What this is built from and with.
package enum Version {
    /// The version of the engine, named in metrics and by `tierd version`.
    package static let tierd = "0.1.0"

    /// The compiler's version, major and minor.
    package static var swift: String {
        #if swift(>=6.4)
            "6.4 or later"
        #else
            "6.3"
        #endif
    }
}
