/// Writes the Prometheus text format, version 0.0.4.
struct PrometheusText {
    private(set) var string = ""

    /// A counter's or gauge's value at the metric's label values.
    struct Sample {
        let labelValues: [String]
        let value: String

        init(_ labelValues: [String] = [], _ counter: Counter) {
            self.labelValues = labelValues
            value = String(counter.value)
        }

        init(_ labelValues: [String] = [], _ value: Double) {
            self.labelValues = labelValues
            self.value = PrometheusText.number(value)
        }

        /// Nil while the gauge is unknown.
        init?(_ labelValues: [String] = [], _ gauge: Gauge) {
            guard let value = gauge.value else { return nil }
            self.init(labelValues, value)
        }
    }

    /// A metric without samples is left out, heading and all.
    mutating func add(_ metric: Metric, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        addHeading(metric)
        for sample in samples {
            addLine(metric.name, zip(metric.labels, sample.labelValues).map { ($0, $1) }, sample.value)
        }
    }

    mutating func add(_ metric: Metric, _ histogram: Histogram) {
        let snapshot = histogram.snapshot
        addHeading(metric)
        for (bound, count) in zip(histogram.bounds.map(Self.number) + ["+Inf"], snapshot.cumulative) {
            addLine(metric.name + "_bucket", [("le", bound)], String(count))
        }
        addLine(metric.name + "_sum", [], Self.number(snapshot.sum))
        addLine(metric.name + "_count", [], String(snapshot.count))
    }

    private mutating func addHeading(_ metric: Metric) {
        let unit = metric.unit.map { " Unit: \($0.rawValue)." } ?? ""
        let help = Self.escaped(metric.help + unit, quotes: false)
        string += "# HELP \(metric.name) \(help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
    }

    private mutating func addLine(_ name: String, _ labels: [(name: String, value: String)], _ value: String) {
        string += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            string += "{\(pairs.joined(separator: ","))}"
        }
        string += " \(value)\n"
    }

    /// Whole numbers without a fraction; others in the shortest form that reads back as the same number.
    static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.description
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
