import Scoring

/// One record on its way to an input topic.
package struct FeedRecord: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case event(EventTime)
        /// A daemon could not read it.
        case undecodable
        /// Too long for any record; its text is not kept.
        case tooLong
    }

    package var input: InputKind
    package var content: Content
    /// Nil where no customer id could be found.
    package var key: [UInt8]?
    package var value: [UInt8]

    package init(_ input: InputKind, _ content: Content, key: [UInt8]?, value: [UInt8]) {
        self.input = input
        self.content = content
        self.key = key
        self.value = value
    }
}

/// Where records come from. Used by one thread at a time.
package protocol RecordSource: AnyObject {
    /// The next record; nil at the end.
    func next() throws -> FeedRecord?
}
