import Scoring

/// How far behind the present a batch was decided: the same for all outputs of the batch, and a function of what its
/// journal entry says, so that whoever repeats the batch writes the same bytes.
package struct Freshness: Hashable, Sendable {
    /// The shard's clock after the batch.
    package var watermark: EventTime
    /// Milliseconds from there to the host's clock, 0 where the host's was not ahead; nil where none was asked, as when
    /// files are replayed.
    package var lagMilliseconds: Int64?

    package init(watermark: EventTime, wallClock: EventTime?) {
        self.watermark = watermark
        lagMilliseconds = wallClock.map { max(0, ($0 - watermark).milliseconds) }
    }
}

extension OutputWriter {
    /// `,"freshness":{…}`; nothing where it is not known.
    func write(_ freshness: Freshness?, _ bytes: inout ByteWriter) {
        guard let freshness else { return }
        bytes.append(literal: ",\"freshness\":{\"watermark\":\"")
        bytes.append(time: freshness.watermark)
        bytes.append(literal: "\",\"lag_ms\":")
        if let lag = freshness.lagMilliseconds {
            bytes.append(decimal: lag)
        } else {
            bytes.append(literal: "null")
        }
        bytes.append(literal: "}")
    }
}
