import Scoring

/// schemas/outputs/tier-notice.schema.json
extension OutputWriter {
    /// Returns where the effective time stands.
    func write(
        _ notice: TierNotice, _ buffer: OutputBuffer, _ freshness: Freshness?, _ bytes: inout ByteWriter
    ) -> TextSpan {
        bytes.append(literal: "{\"customer_id\":")
        bytes.append(jsonString: notice.customer, of: buffer.text)
        bytes.append(literal: ",\"notice\":\"")
        bytes.append(literal: notice.kind.wireName)
        bytes.append(literal: "\",\"tier\":")
        write(fragments.tiers[notice.tier].name, &bytes)
        let time = writeEffectiveAt(notice.effectiveAt, &bytes)
        write(instant: notice.expiresAt, as: ",\"expires_at\":", &bytes)
        write(criteria: buffer.criteria[notice.criteria.range], as: ",\"criteria\":[", &bytes)
        bytes.append(literal: ",")
        write(notice.cause, buffer, &bytes)
        write(notice.progress, buffer, &bytes)
        write(freshness, &bytes)
        write(fragments.actions(of: notice.kind), &bytes)
        write(fragments.policy, &bytes)
        return time
    }
}

extension TierNotice.Kind {
    /// The name on the wire.
    fileprivate var wireName: StaticString {
        switch self {
        case .approachingUpgrade: "approaching_upgrade"
        case .approachingExpiry: "approaching_expiry"
        }
    }

    /// The beginning of `ce_id`.
    var idPrefix: StaticString {
        switch self {
        case .approachingUpgrade: "approaching-upgrade:"
        case .approachingExpiry: "approaching-expiry:"
        }
    }
}
