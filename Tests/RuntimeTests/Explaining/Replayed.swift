import Foundation
import Runtime
import Scoring

/// Policies, histories and records for tests of explanations.
enum Replayed {
    static func policy(_ name: String) throws -> Policy {
        try PolicyFile.load(path: SchemaFile.folder.appending(path: "policies/\(name).yaml").path)
    }

    /// A shipped policy with the thresholds of a shop whose orders are those of `files`.
    static func smallPolicy(_ name: String) throws -> Policy {
        let text = try SchemaFile.text("policies/\(name).yaml")
        let scaled = name == "wealth" ? text.replacing("000", with: "") : text.replacing("3000", with: "300")
        return try PolicyFile.parse(text: scaled, file: name)
    }

    /// What a replay of the files says, as the topics would carry it.
    static func records(_ policy: Policy, _ files: [EventFile], until: String? = nil) throws -> [DecisionRecord] {
        var replay = try OfflineReplay(policy: policy, files: files, until: until.flatMap { EventTime(argument: $0) })
        var records: [DecisionRecord] = []
        _ = try replay.run { step in
            for output in step.outputs.records where output.destination != .customerProfiles {
                records.append(try DecisionRecord(json: step.outputs.bytes[output.value.range]))
            }
        }
        return records
    }

    /// Files of made-up events in the policy's currency.
    static func files(_ policy: Policy, in folder: TemporaryFolder, events: Int = 8_000) throws -> [EventFile] {
        let shape = WorkloadShape(
            seed: 11, customers: 60, start: EventTime(milliseconds: 1_767_225_600_000), eventsPerSecond: 0.000_1,
            currency: policy.currency)
        var records = GeneratedRecords(shape)
        var texts: [InputKind: String] = [:]
        for _ in 0..<events {
            var bytes = ContiguousArray<UInt8>()
            let record = records.append(to: &bytes)
            texts[record.input, default: ""] += String(decoding: bytes[record.value], as: UTF8.self) + "\n"
        }
        return try texts.map { EventFile($0, path: try folder.file("\($0.defaultTopic).jsonl", $1)) }
    }

    /// A line that `OutputEncoder` wrote, its first match of `old` replaced.
    static func tampered(_ json: [UInt8], _ old: some RegexComponent, with new: String) throws -> DecisionRecord {
        let text = String(decoding: json, as: UTF8.self)
        return try DecisionRecord(json: Data(text.replacing(old, with: new, maxReplacements: 1).utf8))
    }
}
