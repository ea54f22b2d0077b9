import Foundation

/// One line on standard error that is drawn over as work goes on; nothing where that is not a terminal.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = Date()
    private var drawnAt = Date.distantPast

    private static let interval = 0.1
    private static let barWidth = 24

    /// Draws at most ten times a second. `fraction` is 0…1, nil where the whole is unknown.
    mutating func show(_ done: Int, _ unit: String, fraction: Double?) {
        guard isTerminal, Date().timeIntervalSince(drawnAt) >= Self.interval else { return }
        drawnAt = Date()
        let seconds = max(drawnAt.timeIntervalSince(started), 0.001)
        var line = "\(done) \(unit), \(Int(Double(done) / seconds))/s"
        if let fraction, fraction > 0 {
            let filled = Int(min(fraction, 1) * Double(Self.barWidth))
            let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: Self.barWidth - filled)
            line =
                "\(bar) \(Int(min(fraction, 1) * 100)) %  \(line), \(Self.duration(seconds * (1 / fraction - 1))) left"
        }
        write("\r\u{1B}[K" + line)
    }

    /// Says what is going on where nothing can be counted.
    func show(_ text: String) { if isTerminal { write("\r\u{1B}[K" + text) } }

    /// Removes the line.
    func clear() { if isTerminal { write("\r\u{1B}[K") } }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(max(seconds, 0))
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Says something on standard error.
func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
