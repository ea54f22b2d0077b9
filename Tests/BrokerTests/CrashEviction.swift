import Foundation

/// Ends an instance's session from outside, as an operator's tool does (LeaveGroup, version 3, by instance name).
///
/// The pinned broker ends no session by itself, however long a member is silent; Kafka does after session.timeout.ms, and
/// answers then that it does not know the member, which is as good.
enum CrashEviction {
    private static let leaveGroup: Int16 = 13
    private static let version: Int16 = 3

    static func evict(_ instance: String, from group: String, at bootstrap: String) {
        let parts = bootstrap.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return }
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // A cluster elsewhere ends the session itself.
        guard inet_pton(AF_INET, String(parts[0]), &address.sin_addr) == 1 else { return }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(connection, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return }
        let request =
            bytes(leaveGroup) + bytes(version) + bytes(Int32(1)) + text("test") + text(group) + bytes(Int32(1))
        let message =
            bytes(Int32(request.count + text("").count + text(instance).count)) + request + text("") + text(instance)
        guard send(connection, message, message.count, Int32(MSG_NOSIGNAL)) == message.count else { return }
        var answer = [UInt8](repeating: 0, count: 1024)
        _ = recv(connection, &answer, answer.count, 0)
    }

    /// Big-endian, as everything in Kafka's protocol.
    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] { bytes(Int16(text.utf8.count)) + Array(text.utf8) }
}
