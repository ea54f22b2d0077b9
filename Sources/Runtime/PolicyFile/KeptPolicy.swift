import Scoring

/// A policy with the text that it can be made from again on any host: what journals and snapshots keep of it.
///
/// The policy is the one that its text gives, so that whoever reads the text scores alike to the last bit. Only the zone's
/// name is not in the text: it decides nothing.
package struct KeptPolicy: Sendable {
    package let policy: Policy
    package let hash: PolicyHash
    /// `Policy.canonicalText`; its SHA-256 is `hash`.
    package let text: String

    /// Bytes: a journal entry with it stays below what a broker takes by default.
    package static let longestText = 1 << 19

    /// From a policy that was compiled here, of no more than `longestText`.
    package init(_ policy: Policy) {
        text = policy.canonicalText
        do throws(KeptPolicyError) {
            var read = try Self.read(text, SHA256.hexDigest(of: text))
            read.calendar.zone = policy.calendar.zone
            self.policy = read
        } catch {
            preconditionFailure("the canonical text of a valid policy is a policy: \(error)")
        }
        hash = PolicyHash(of: self.policy)
    }

    /// From a text that was kept under `hash`.
    package init(text: String, hash: PolicyHash) throws(KeptPolicyError) {
        self.text = text
        self.hash = hash
        policy = try Self.read(text, hash.text)
    }

    private static func read(_ text: String, _ hash: String) throws(KeptPolicyError) -> Policy {
        guard text.utf8.count <= longestText else { throw .tooLong(bytes: text.utf8.count) }
        guard SHA256.hexDigest(of: text) == hash else { throw .otherHash }
        var policy = try CanonicalPolicyReader.read(text)
        // Every fact was understood, none was added.
        guard policy.canonicalText == text else { throw .notCanonical }
        policy.hash = hash
        return policy
    }
}

/// Why a kept text gives no policy.
package enum KeptPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLong(bytes: Int)
    case otherHash
    case unknownForm
    case unreadable(line: Int)
    case notCanonical

    package var description: String {
        switch self {
        case .tooLong(let bytes): "its text has \(bytes) bytes, more than \(KeptPolicy.longestText)"
        case .otherHash: "its text is not that of its hash"
        case .unknownForm: "its text has a form that this tierd does not know; run the newer tierd that wrote it"
        case .unreadable(let line): "line \(line) of its text says nothing that this tierd knows"
        case .notCanonical: "its text is not what this tierd would write of it"
        }
    }
}
