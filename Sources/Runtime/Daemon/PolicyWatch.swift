import Scoring

/// Looks at the policy file now and then, and says when it holds another valid policy.
package struct PolicyWatch {
    package enum Finding {
        case nothing
        case changed(KeptPolicy)
        /// Said once for each state of the file.
        case refused(String)
    }

    private let path: String?
    private let tellsAll: Bool
    private var lastLook = -Double.infinity
    /// The file's text at the last look, and the one that was judged last.
    private var seen: String?
    private var judged: String?
    private var lastProblem: String?

    private static let beatSeconds = 1.0

    /// - Parameters:
    ///   - path: Nil where there is no file to watch.
    ///   - tellsAll: Whether its policies are taken as if they said nothing of catching up.
    package init(path: String?, tellsAll: Bool = false) {
        self.path = path
        self.tellsAll = tellsAll
    }

    /// `isAsked`: the file is judged at once and again. Otherwise its text must stay the same from one look to the next, for
    /// it may be half written.
    package mutating func look(at now: Double, isAsked: Bool, current: KeptPolicy) -> Finding {
        look(at: now, isAsked: isAsked, current: current, known: current.hash)
    }

    /// The same where something else than the current policy is no change, or nothing is.
    mutating func look(at now: Double, isAsked: Bool, current: KeptPolicy, known: PolicyHash?) -> Finding {
        guard let path, isAsked || now - lastLook >= Self.beatSeconds else { return .nothing }
        lastLook = now
        do throws(PolicyError) {
            let text = try SourceNode.text(ofFile: path)
            let isSettled = text == seen
            seen = text
            guard isAsked || (isSettled && text != judged) else { return .nothing }
            judged = text
            return try judge(text, path, current, known)
        } catch {
            return refuse(error.description, isAsked)
        }
    }

    private mutating func judge(
        _ text: String, _ path: String, _ current: KeptPolicy, _ known: PolicyHash?
    ) throws(PolicyError) -> Finding {
        var policy = try PolicyFile.parse(text: text, file: path)
        if tellsAll { policy = policy.tellingAll }
        guard policy.currency == current.policy.currency else {
            throw PolicyError(
                FileProblem(
                    .file(path, line: nil, column: nil), path: "currency", found: policy.currency.text,
                    expected:
                        "\(current.policy.currency.text), in which all amounts so far are kept; another currency needs a new `application`"
                ))
        }
        lastProblem = nil
        return policy.hash == known?.text ? .nothing : .changed(KeptPolicy(policy))
    }

    private mutating func refuse(_ problem: String, _ isAsked: Bool) -> Finding {
        guard isAsked || problem != lastProblem else { return .nothing }
        lastProblem = problem
        return .refused(problem)
    }
}
