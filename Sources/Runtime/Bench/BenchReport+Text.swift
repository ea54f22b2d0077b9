import WireFormat

extension BenchReport {
    /// A table for people; ends in a line feed.
    package var text: String {
        var lines = heading
        lines.append(Self.row("", "events/s", "ns/event", "spread"))
        lines.append(row("(a) parse: simdjson tree, in place", parsing.tree, byWall: false))
        lines.append(row("    parse: known fields, copied", parsing.fields, byWall: false))
        lines += self.lines("(b) decode, score, encode", scoring)
        let ratios = (Self.decimal(ratioToTree, 3), Self.decimal(ratioToFields, 3))
        lines.append("    b/a: \(ratios.0) of the tree's speed, \(ratios.1) of the fields'")
        lines += self.lines("    the same with profiles", profiled)
        lines.append("    \(Self.decimal(ratioOfWholeModel, 3)) of the speed without")
        lines += self.lines("(c) memory per customer", memory)
        if let profiledMemory { lines += self.lines("    the same with profiles", profiledMemory) }
        lines.append(
            "    \(memory.customers) customers with \(memory.ordersEach) orders and \(memory.browseEach) views each")
        lines += serviceLines
        if let broker { lines += text(broker) }
        if let latency {
            lines += self.lines(latency)
            lines.append("    these topics can be deleted now: \(latency.topics.joined(separator: " "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(_ title: String, _ figures: ScoringFigures) -> [String] {
        let parts = phases(figures).map { "\($0.name) \(Self.decimal($0.nanoseconds))" }
        return [
            row(title, figures.timings, byWall: false), "    of these ns: " + parts.joined(separator: ", "),
            "    \(figures.outputs) outputs, \(figures.outputBytes) bytes; \(figures.rejected) rejected",
        ]
    }

    /// What an event of (b) costs where; medians.
    private func phases(_ figures: ScoringFigures) -> [(name: String, nanoseconds: Double)] {
        func median(_ part: (ScoringFigures.Phases) -> Double) -> Double {
            Rate(bench.events, seconds: figures.phases.map(part).sorted()[figures.phases.count / 2]).nanoseconds
        }
        return [("decoding", median(\.decoding)), ("scoring", median(\.scoring)), ("encoding", median(\.encoding))]
    }

    private func lines(_ title: String, _ memory: MemoryFigures) -> [String] {
        let bytes = (Self.decimal(memory.engineBytesPerCustomer), Self.decimal(memory.residentBytesPerCustomer))
        let engine = memory.engine
        let parts = [
            ("records", engine.records), ("histories", engine.blocks - engine.freeBlocks),
            ("free between them", engine.freeBlocks), ("index", engine.index), ("deadlines", engine.deadlines),
        ].map { "\($0.0) \(Self.decimal(memory.perCustomer($0.1)))" }
        return [
            "\(title): \(bytes.0) bytes in the engine, \(bytes.1) resident",
            "    of these: " + parts.joined(separator: ", "),
        ]
    }

    private var heading: [String] {
        [
            "tierd \(Version.tierd), Swift \(Version.swift), simdjson kernels \(ParseProbe.kernels)",
            "\(Self.processor), \(Self.cores) cores",
            "policy: \(bench.policyName)",
            "\(bench.events) records of \(Self.decimal(averageBytes)) bytes on average, \(bench.customers) customers,",
            "\(bench.prefill) events before; medians of \(bench.rounds) rounds, processor time of one thread",
            "",
        ]
    }

    private func text(_ broker: BrokerFigures) -> [String] {
        let ratio = Self.decimal(wallRate(broker.daemon).perSecond / wallRate(broker.raw).perSecond, 3)
        let cpu = [broker.raw, broker.daemon].map { Self.decimal(Timing.median(of: $0).cpu, 2) }
        return [
            row("(d) client library alone, wall", broker.raw, byWall: true),
            row("    whole daemon, wall", broker.daemon, byWall: true),
            row("    replay after a restart, wall", broker.replay, byWall: true),
            "    \(Self.decimal(wallRate(broker.replay).perSecond / wallRate(broker.daemon).perSecond, 2)) times the live rate",
            "    daemon: \(ratio) of the library's speed; processor time of all threads \(cpu[0]) s and \(cpu[1]) s",
            "    \(broker.partitions) partitions each; produced in \(Self.decimal(broker.produced.wall)) s",
            "    these topics can be deleted now: \(broker.topics.joined(separator: " "))",
        ]
    }

    private func row(_ title: String, _ timings: [Timing], byWall: Bool) -> String {
        let rate = byWall ? wallRate(timings) : cpuRate(timings)
        let seconds = timings.map { byWall ? $0.wall : $0.cpu }
        let spread = ((seconds.max() ?? 0) / max(seconds.min() ?? 0, 1e-9) - 1) * 100
        return Self.row(title, "\(Int(rate.perSecond))", Self.decimal(rate.nanoseconds), Self.decimal(spread) + " %")
    }

    private static func row(_ title: String, _ columns: String...) -> String {
        func padding(_ text: String, to width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        return columns.reduce(title + padding(title, to: 38)) { $0 + padding($1, to: 13) + $1 }
    }

    static func decimal(_ number: Double, _ places: Int = 1) -> String {
        var unit = 1.0
        for _ in 0..<places { unit *= 10 }
        return "\((number * unit).rounded() / unit)"
    }

    /// The same figures with every round.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("tierd", Version.tierd)
            json.field("swift", Version.swift)
            json.field("simdjson_kernels", ParseProbe.kernels)
            json.field("processor", Self.processor)
            json.field("cores", Self.cores)
            json.field("policy", bench.policyName)
            json.field("events", bench.events)
            json.field("customers", bench.customers)
            json.field("prefill_events", bench.prefill)
            json.field("average_record_bytes", averageBytes)
            write("parse_tree", parsing.tree, &json)
            write("parse_fields", parsing.fields, &json)
            json.field("ratio_to_parse_tree", ratioToTree)
            json.field("ratio_to_parse_fields", ratioToFields)
            write("decode_score_encode", scoring, &json)
            write("with_profiles", profiled, &json)
            json.field("ratio_with_profiles", ratioOfWholeModel)
            json.object("memory") { $0.write(memory) }
            if let profiledMemory { json.object("memory_with_profiles") { $0.write(profiledMemory) } }
            json.object("snapshot") { $0.write(snapshot) }
            json.object("retiering") { $0.write(retiering) }
            json.object("recovery") { $0.write(recovery) }
            if let broker { json.object("broker") { write(broker, &$0) } }
            if let latency { json.object("latency") { $0.write(latency) } }
        }
        json.endLine()
        return json
    }

    private func write(_ broker: BrokerFigures, _ json: inout JSONText) {
        json.field("partitions", broker.partitions)
        json.field("produce_seconds", broker.produced.wall)
        write("client_library", broker.raw, &json)
        write("daemon", broker.daemon, &json)
        write("replay", broker.replay, &json)
        json.field("ratio_by_wall", wallRate(broker.daemon).perSecond / wallRate(broker.raw).perSecond)
    }

    private func write(_ name: StaticString, _ figures: ScoringFigures, _ json: inout JSONText) {
        json.object(name) { object in
            write(figures.timings, &object)
            object.array("phase_ns") { array in for phase in phases(figures) { array.element(phase.nanoseconds) } }
            object.field("outputs", figures.outputs)
            object.field("output_bytes", figures.outputBytes)
            object.field("rejected", figures.rejected)
        }
    }

    private func write(_ name: StaticString, _ timings: [Timing], _ json: inout JSONText) {
        json.object(name) { write(timings, &$0) }
    }

    private func write(_ timings: [Timing], _ object: inout JSONText) {
        object.field("events_per_second_by_cpu", cpuRate(timings).perSecond)
        object.field("ns_per_event_by_cpu", cpuRate(timings).nanoseconds)
        object.field("events_per_second_by_wall", wallRate(timings).perSecond)
        object.array("cpu_seconds") { array in for timing in timings { array.element(timing.cpu) } }
        object.array("wall_seconds") { array in for timing in timings { array.element(timing.wall) } }
    }
}

extension JSONText {
    fileprivate mutating func write(_ memory: MemoryFigures) {
        field("customers", memory.customers)
        field("orders_each", memory.ordersEach)
        field("browse_events_each", memory.browseEach)
        field("engine_bytes_per_customer", memory.engineBytesPerCustomer)
        field("record_bytes_per_customer", memory.perCustomer(memory.engine.records))
        field("block_bytes_per_customer", memory.perCustomer(memory.engine.blocks))
        field("free_block_bytes_per_customer", memory.perCustomer(memory.engine.freeBlocks))
        field("index_bytes_per_customer", memory.perCustomer(memory.engine.index))
        field("deadline_bytes_per_customer", memory.perCustomer(memory.engine.deadlines))
        field("resident_bytes_per_customer", memory.residentBytesPerCustomer)
    }
}
