import RealModule

/// Numbers as people read them; the same in every locale.
enum Figures {
    /// With exactly `places` decimals, half away from zero; a dash where there is none.
    static func decimal(_ value: Double?, _ places: Int) -> String {
        guard let value, value.isFinite, abs(value) < 1e15 else { return "–" }
        let scale = Double.pow(10, places)
        let units = Int64((abs(value) * scale).rounded())
        let whole = grouped(units / Int64(scale))
        let sign = value < 0 && units != 0 ? "−" : ""
        guard places > 0 else { return sign + whole }
        let fraction = String(units % Int64(scale))
        return "\(sign)\(whole).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    static func percent(_ share: Double?, _ places: Int = 1) -> String {
        decimal(share.map { $0 * 100 }, places) + " %"
    }

    static func count(_ number: Int) -> String { (number < 0 ? "−" : "") + grouped(Int64(abs(number))) }

    /// Minor units as major ones, without decimals.
    static func amount(_ minorUnits: Int64, _ minorPerMajor: Double) -> String {
        decimal(Double(minorUnits) / minorPerMajor, 0)
    }

    /// Thousands apart, so that large numbers can be read.
    private static func grouped(_ number: Int64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
