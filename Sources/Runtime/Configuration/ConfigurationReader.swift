import Foundation
import Logging
import Scoring
import ShardEngine

/// Reads a document as a `Configuration` and collects what no schema can see.
///
/// It bears any document: what the schema refuses is read as absent, so that one pass finds everything that is wrong.
struct ConfigurationReader {
    private(set) var problems: [FileProblem] = []

    mutating func read(_ root: Cursor) -> Configuration {
        let kafka = readKafka(root["kafka"])
        var configuration = Configuration(policy: root["policy"]?.text ?? "", kafka: kafka)
        root["application"]?.text.map { configuration.application = $0 }
        configuration.shadowPolicy = root["shadow_policy"]?.text
        configuration.activation = readActivation(root["activation"])
        configuration.clock = readClock(root["clock"])
        configuration.topics = readTopics(root["topics"])
        checkJournal(configuration, root["topics"])
        configuration.snapshots = readSnapshots(root["snapshots"])
        checkSnapshotTopic(configuration, root["snapshots"])
        configuration.limits = readLimits(root["limits"])
        root["workers"]?.integer.map { configuration.workers = $0 }
        root["http"]?["host"]?.text.map { configuration.http.host = $0 }
        root["http"]?["port"]?.integer.map { configuration.http.port = $0 }
        root["log"]?["level"]?.text.flatMap(Logger.Level.init(rawValue:)).map { configuration.log.level = $0 }
        root["log"]?["format"]?.text.flatMap(Configuration.Log.Format.init(rawValue:)).map {
            configuration.log.format = $0
        }
        return configuration
    }

    private func readKafka(_ cursor: Cursor?) -> Configuration.Kafka {
        var settings: [String: String] = [:]
        for (name, value) in cursor?["settings"]?.fields ?? [] { settings[name] = value.node.scalar?.setting }
        return Configuration.Kafka(
            bootstrap: cursor?["bootstrap"]?.text ?? "", group: cursor?["group"]?.text,
            instance: cursor?["instance"]?.text, settings: settings)
    }

    private mutating func readTopics(_ cursor: Cursor?) -> Configuration.Topics {
        var topics = Configuration.Topics()
        cursor?["orders"]?.text.map { topics.orders = $0 }
        cursor?["browse"]?.text.map { topics.browse = $0 }
        cursor?["feedback"]?.text.map { topics.feedback = $0 }
        topics.commands = cursor?["commands"]?.text
        cursor?["tier_changes"]?.text.map { topics.tierChanges = $0 }
        cursor?["tier_changes_shadow"]?.text.map { topics.tierChangesShadow = $0 }
        cursor?["churn_risk"]?.text.map { topics.churnRisk = $0 }
        cursor?["tier_notices"]?.text.map { topics.tierNotices = $0 }
        cursor?["customer_profiles"]?.text.map { topics.customerProfiles = $0 }
        cursor?["dead_letters"]?.text.map { topics.deadLetters = $0 }
        topics.journal = cursor?["journal"]?.text
        checkDistinct(topics, cursor)
        return topics
    }

    /// A topic that is read and written would feed on itself; one with two inputs would decode neither.
    private mutating func checkDistinct(_ topics: Configuration.Topics, _ cursor: Cursor?) {
        var uses: [String: String] = [:]
        for (use, name) in topics.uses {
            guard let other = uses.updateValue(use, forKey: name) else { continue }
            guard let culprit = cursor?[use] ?? cursor?[other] else { continue }
            let taker = culprit.path.hasSuffix(".\(use)") ? other : use
            problems.append(culprit.problem("the topic \"\(name)\" is taken by topics.\(taker)"))
        }
    }

    /// The journal's default name may be another topic's.
    private mutating func checkJournal(_ configuration: Configuration, _ cursor: Cursor?) {
        guard configuration.topics.journal == nil, let cursor,
            let use = configuration.topics.uses.first(where: { $0.name == configuration.journal })?.use,
            let culprit = cursor[use]
        else { return }
        problems.append(culprit.problem("the topic \"\(configuration.journal)\" is the journal's; name one of them"))
    }

    /// The snapshots' topic is compacted: no other could share it.
    private mutating func checkSnapshotTopic(_ configuration: Configuration, _ cursor: Cursor?) {
        let name = configuration.snapshotTopic
        let isTaken = name == configuration.journal || configuration.topics.uses.contains { $0.name == name }
        guard configuration.snapshots.store == .topic, isTaken, let culprit = cursor?["topic"] ?? cursor?["store"]
        else { return }
        problems.append(culprit.problem("the topic \"\(name)\" is taken by another use; name one of them"))
    }

    private mutating func readSnapshots(_ cursor: Cursor?) -> Configuration.Snapshots {
        var snapshots = Configuration.Snapshots()
        cursor?["store"]?.text.flatMap(Configuration.Snapshots.Store.init(rawValue:)).map { snapshots.store = $0 }
        cursor?["path"]?.text.map { snapshots.path = $0 }
        snapshots.topic = cursor?["topic"]?.text
        cursor?["interval"]?.span(&problems).map { snapshots.interval = $0 }
        cursor?["events"]?.integer.map { snapshots.events = $0 }
        cursor?["keep"]?.integer.map { snapshots.keep = $0 }
        return snapshots
    }

    private mutating func readActivation(_ cursor: Cursor?) -> Configuration.ActivationRules {
        var rules = Configuration.ActivationRules()
        let mode = cursor?["mode"]?.text
        Activation.Mode.allCases.first { $0.name == mode }.map { rules.mode = $0 }
        cursor?["rate"]?.integer.map { rules.rate = $0 }
        cursor?["keep_tier_for"]?.span(&problems).map { rules.keepTierFor = $0 }
        return rules
    }

    private mutating func readLimits(_ cursor: Cursor?) -> Configuration.Limits {
        var limits = Configuration.Limits()
        cursor?["batch_records"]?.integer.map { limits.batchRecords = $0 }
        cursor?["record_bytes"]?.integer.map { limits.recordBytes = $0 }
        cursor?["commit_interval"]?.span(&problems).map { limits.commitInterval = $0 }
        cursor?["dead_letters_per_second"]?.integer.map { limits.deadLettersPerSecond = $0 }
        cursor?["buffer_bytes"]?.integer.map { limits.bufferBytes = $0 }
        return limits
    }

    private mutating func readClock(_ cursor: Cursor?) -> Configuration.Clock {
        let until = readTime(cursor?["until"])
        switch cursor?["mode"]?.text {
        case "event":
            return .event(until: until)
        case "lapse":
            let from = readTime(cursor?["from"]) ?? .earliest
            if let until, let end = cursor?["until"], until <= from {
                problems.append(end.mismatch(expected: "a time after clock.from"))
            }
            return .lapse(from: from, factor: cursor?["factor"]?.number ?? 1, until: until)
        default:
            return .wall
        }
    }

    private mutating func readTime(_ cursor: Cursor?) -> EventTime? {
        guard let cursor, let text = cursor.text else { return nil }
        guard let time = EventTime(rfc3339: text), time >= .earliest, time < .outOfRange else {
            problems.append(cursor.mismatch(expected: "a time from 1970 to 2099"))
            return nil
        }
        return time
    }
}

extension Configuration.Topics {
    /// Each use under its name in the file.
    fileprivate var uses: [(use: String, name: String)] {
        let optional = (commands.map { [("commands", $0)] } ?? []) + (journal.map { [("journal", $0)] } ?? [])
        return [("orders", orders), ("browse", browse), ("feedback", feedback)] + optional + [
            ("tier_changes", tierChanges), ("tier_changes_shadow", tierChangesShadow), ("churn_risk", churnRisk),
            ("tier_notices", tierNotices), ("customer_profiles", customerProfiles), ("dead_letters", deadLetters),
        ]
    }
}

extension Scalar {
    /// As librdkafka spells it: numbers as they are written, booleans in small letters.
    fileprivate var setting: String {
        if case .boolean(let value) = kind { return value ? "true" : "false" }
        return text
    }
}
