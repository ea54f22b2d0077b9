import Foundation
import Scoring

/// Looks at the shadow policy's file now and then, as `PolicyWatch` does at the live one's, and says when it holds another
/// valid policy or has gone. Whatever it holds, the live policy stays.
package struct ShadowWatch {
    package enum Finding {
        case nothing
        case changed(KeptPolicy)
        /// The file is not there any more.
        case gone
        /// Said once for each state of the file; the policy tried so far stays.
        case refused(String)
    }

    private let path: String?
    private let tellsAll: Bool
    private var watch: PolicyWatch
    private var lastLook = -Double.infinity
    /// Looks in a row that found no file: one that is just being replaced has not gone.
    private var misses = 0
    /// Whether the file was there and went: that it cannot be read then is no news.
    private var isGone = false

    private static let missesUntilGone = 2
    private static let beatSeconds = 1.0

    /// Nil where no policy is tried.
    package init(path: String?, tellsAll: Bool = false) {
        self.path = path
        self.tellsAll = tellsAll
        watch = PolicyWatch(path: path, tellsAll: tellsAll)
    }

    /// `shadow` is what is tried now; amounts are kept in the currency of `live`.
    package mutating func look(
        at now: Double, isAsked: Bool, live: KeptPolicy, shadow: KeptPolicy?
    ) -> Finding {
        guard let path, isAsked || now - lastLook >= Self.beatSeconds else { return .nothing }
        lastLook = now
        if FileManager.default.fileExists(atPath: path) {
            (misses, isGone) = (0, false)
        } else {
            misses += 1
            if shadow != nil { return loss() }
            if isGone, !isAsked { return .nothing }
        }
        switch watch.look(at: now, isAsked: isAsked, current: live, known: shadow?.hash) {
        case .nothing: return .nothing
        case .changed(let policy): return .changed(policy)
        case .refused(let problem): return .refused(problem)
        }
    }

    private mutating func loss() -> Finding {
        guard misses >= Self.missesUntilGone else { return .nothing }
        // The same text is a change when it comes back.
        watch = PolicyWatch(path: path, tellsAll: tellsAll)
        isGone = true
        return .gone
    }
}
