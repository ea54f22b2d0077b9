/// One line of the client library's own log.
package struct LogLine: Hashable, Sendable {
    /// Syslog severity: 0 emergency, 3 error, 4 warning, 6 information, 7 debug.
    package let level: Int
    /// The library's short name for the kind of line, such as `FAIL` or `CONFWARN`.
    package let facility: String
    package let message: String
}
