import Scoring

/// What outputs end with: what follows from the policy alone once the decision is known.
extension OutputWriter {
    /// The benefits of the tier reached, the actions and the policy.
    func writeClosing(of change: TierChange, _ bytes: inout ByteWriter) {
        write(fragments.tiers[change.to].benefits, &bytes)
        write(fragments.actions(of: change), &bytes)
        write(fragments.policy, &bytes)
    }

    /// The benefits of the tier held, the actions of the tier and of the customer's tags, and the policy.
    func writeClosing(of profile: Profile, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        let tier = fragments.tiers[profile.tier]
        write(tier.benefits, &bytes)
        let rules = advisingTags.isEmpty ? [] : advisingTags.filter { isTagged($0, profile, buffer) }
        if rules.isEmpty {
            write(tier.actions, &bytes)
        } else {
            bytes.append(literal: ",\"actions\":")
            bytes.append(jsonStrings: policy.actions(ofTier: profile.tier, tagged: rules))
        }
        write(fragments.policy, &bytes)
    }

    private func isTagged(_ rule: TagRule, _ profile: Profile, _ buffer: OutputBuffer) -> Bool {
        profile.tags.range.contains { buffer.text[buffer.tags[$0].range].elementsEqual(rule.name.utf8) }
    }
}
