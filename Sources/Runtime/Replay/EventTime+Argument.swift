import Scoring

extension EventTime {
    /// An instant as people give it on a command line: RFC 3339, a date (its midnight in UTC), or epoch milliseconds.
    package init?(argument text: String) {
        if let milliseconds = Int64(text) {
            self.init(milliseconds: milliseconds)
        } else if let time = EventTime(rfc3339: text.count == 10 ? text + "T00:00:00Z" : text) {
            self = time
        } else {
            return nil
        }
        guard self >= .earliest, self < .outOfRange else { return nil }
    }
}
