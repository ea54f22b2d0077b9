import Scoring
import Testing
import WireFormat

@Suite struct CommandDecodingTests {
    private func decode(_ type: String, _ fields: [String: String?] = [:]) throws -> DecodedRecord {
        try DecodedRecord(Sample.command(fields.merging(["type": "\"\(type)\""]) { $1 }), as: .commands)
    }

    @Test(arguments: [
        ("30d", 2_592_000_000), ("12h", 43_200_000), ("5m", 300_000), ("30s", 30_000), ("250ms", 250), ("0d", 0),
        ("36525d", 3_155_760_000_000),
    ])
    func `erase may say for how long the customer is blocked`(text: String, milliseconds: Int64) throws {
        guard case .erase(let span)? = try decode("erase", ["block_for": "\"\(text)\""]).command?.action else {
            return #expect(Bool(false), "not an erasure")
        }
        #expect(span == TimeSpan(milliseconds: milliseconds))
    }

    @Test func `erase needs nothing`() throws {
        guard case .erase(nil)? = try decode("erase").command?.action else {
            return #expect(Bool(false), "not an erasure without a block")
        }
    }

    @Test(arguments: zip(["exact", "floor", "ceiling"], TierPin.Mode.allCases))
    func `pin names a tier, a mode, an end, an author and a reason`(name: String, mode: TierPin.Mode) throws {
        let record = try decode(
            "pin",
            [
                "tier": "\"铂金\"", "mode": "\"\(name)\"", "until": "\"2026-03-02T00:00:00+08:00\"",
                "by": "\"anna\"", "reason": "\"sorry\"",
            ])
        let command = try #require(record.command)
        guard case .pin(let pin) = command.action else { return #expect(Bool(false), "not a pin") }
        #expect(record.buffer.string(pin.tier) == "铂金" && pin.mode == mode)
        #expect(pin.until == EventTime(milliseconds: 1_772_380_800_000))
        #expect(record.buffer.string(command.by) == "anna" && record.buffer.string(command.reason) == "sorry")
        #expect(command.type == .pin)
    }

    @Test func `unpin and recompute carry who asks`() throws {
        for type in ["unpin", "recompute"] {
            let record = try decode(type, ["by": "\"bot\""])
            #expect(record.buffer.string(try #require(record.command).by) == "bot")
            #expect(record.buffer.string(try #require(record.event).customer) == "c-1")
        }
    }

    @Test func `merge names the customer who ends`() throws {
        let record = try decode("merge", ["merged_customer_id": "77"])
        guard case .merge(let merged)? = record.command?.action else { return #expect(Bool(false), "not a merge") }
        #expect(record.buffer.string(merged.id) == "77" && merged.hash == StableHash.of("77"))
    }

    @Test func `attribute lists its changes in order`() throws {
        let record = try decode(
            "attribute",
            [
                "set": #"{"z":"\u5e97 \"x\"","n":-1.50e3,"on":true,"off":false,"empty":""}"#,
                "unset": #"["old","o\u006eer"]"#, "add_tags": #"["wine"]"#, "remove_tags": #"["z"]"#,
            ])
        #expect(
            record.changes.map { EventText.of($0, record.buffer) } == [
                #"z = "店 "x"""#, "n = -1.50e3", "on = true", "off = false", #"empty = """#, "old unset", "oner unset",
                "wine add", "z remove",
            ])
        #expect(record.buffer.string(try #require(record.event).id) == "k-1")
    }

    @Test func `changes follow one another in one buffer, and a rejected command leaves none`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        for index in 0..<3 {
            let json = Sample.command(["type": "\"attribute\"", "add_tags": "[\"t-\(index)\"]", "by": "\"b\""])
            try decoder.decode(Array(json.utf8), key: nil, as: .commands, into: &buffer)
            #expect(throws: Rejection(.wrongType, .removeTags)) {
                let json = Sample.command(["type": "\"attribute\"", "set": #"{"a":"b"}"#, "remove_tags": "[1]"])
                try decoder.decode(Array(json.utf8), key: nil, as: .commands, into: &buffer)
            }
        }
        #expect(buffer.attributes.map { EventText.of($0, buffer) } == ["t-0 add", "t-1 add", "t-2 add"])
        #expect(buffer.events.map { buffer.string($0.id) } == ["k-1", "k-1", "k-1"])
    }

    static let rejected: [(String, [String: String?], Rejection)] = [
        ("attribute", ["set": #"{"a":1}"#, "unset": #"["a"]"#], Rejection(.duplicateField, .unset)),
        ("attribute", ["add_tags": #"["t"]"#, "remove_tags": #"["t"]"#], Rejection(.duplicateField, .removeTags)),
        ("attribute", ["set": #"{"\u0061":1,"a":2}"#], Rejection(.duplicateField, .set)),
        ("attribute", ["set": #"{"":1}"#], Rejection(.invalidValue, .set)),
        ("attribute", ["set": #"{"a\u0000":1}"#], Rejection(.invalidValue, .set)),
        ("attribute", [:], Rejection(.missingField, .set)),
        ("pin", ["tier": "\"\"", "mode": "\"exact\"", "by": "\"a\""], Rejection(.invalidValue, .tier)),
        ("pin", ["tier": "7", "mode": "\"exact\"", "by": "\"a\""], Rejection(.wrongType, .tier)),
        ("unpin", ["by": "7"], Rejection(.wrongType, .by)),
        ("erase", ["block_for": "\"d\""], Rejection(.invalidValue, .blockFor)),
        ("erase", ["block_for": "\"1y\""], Rejection(.invalidValue, .blockFor)),
        ("erase", ["block_for": "\"999999999999999999d\""], Rejection(.outOfRange, .blockFor)),
        ("erase", ["reason": "1"], Rejection(.wrongType, .reason)),
        ("merge", ["merged_customer_id": "\"c-1\""], Rejection(.invalidValue, .mergedCustomerID)),
    ]

    @Test(arguments: rejected) func `a command that cannot be meant is rejected`(
        type: String, fields: [String: String?], rejection: Rejection
    ) throws {
        let record = try decode(type, fields)
        #expect(record.rejection == rejection)
        #expect(record.isEmpty)
    }

    @Test func `fields of events mean nothing in a command`() throws {
        #expect(try decode("erase", ["total": "[]", "items": "7", "refund": "1"]).rejection == nil)
    }
}
