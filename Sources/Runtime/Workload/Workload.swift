import RealModule
import Scoring

/// What a generated stream looks like.
package struct WorkloadShape: Sendable {
    package var seed: UInt64
    package var customers: Int
    /// Event time of the first event.
    package var start: EventTime
    /// Events per second of event time, over all customers.
    package var eventsPerSecond: Double
    package var currency: CurrencyCode

    package init(
        seed: UInt64 = 1, customers: Int, start: EventTime, eventsPerSecond: Double, currency: CurrencyCode
    ) {
        self.seed = seed
        self.customers = customers
        self.start = start
        self.eventsPerSecond = eventsPerSecond
        self.currency = currency
    }
}

/// A seeded, endless stream of shopping: customers of very different activity come in sessions, look around, put things
/// into carts, and buy or not; some answer a survey, some complain. About 15 % orders, 80 % browse, 5 % feedback.
///
/// Events come in the order of their times. Session starts are evenly spaced so that the rate holds; who comes is drawn
/// by log-normal activity (the most active fifth make about two thirds of the visits).
package struct Workload: Sendable {
    package let shape: WorkloadShape
    private var random: SplitMix64
    /// Running totals of the customers' activity, to draw one by it.
    private let cumulativeActivity: [Double]
    /// Sessions under way, the next event first.
    private var sessions: [Session] = []
    private var nextSessionAt: Double
    private var eventNumber: UInt64 = 0
    private var sessionNumber: UInt64 = 0

    private struct Session: Sendable {
        var time: Double
        var customer: Int
        var number: UInt64
        var remaining: Int
        var step: Step

        enum Step: Sendable { case browsing, ordering, answering }
    }

    /// Events that one session makes on average: its browsing, the orders and the answers.
    private static let eventsPerSession = 6.65
    private static let activityDeviation = 1.2

    package init(_ shape: WorkloadShape) {
        self.shape = shape
        random = SplitMix64(seed: shape.seed)
        nextSessionAt = Double(shape.start.milliseconds)
        var total = 0.0
        var totals: [Double] = []
        totals.reserveCapacity(shape.customers)
        for _ in 0..<max(shape.customers, 1) {
            total += Double.exp(Self.activityDeviation * random.normal())
            totals.append(total)
        }
        cumulativeActivity = totals
    }

    /// Appends the next event and returns which input it belongs to.
    package mutating func append(to buffer: inout EventBuffer) -> InputKind {
        while sessions.isEmpty || nextSessionAt <= sessions[0].time { openSession() }
        var session = sessions[0]
        let time = EventTime(milliseconds: Int64(session.time))
        eventNumber += 1
        let body = act(&session, buffer: &buffer)
        append(body.0, id: body.1, time: time, customer: session.customer, to: &buffer)
        if session.remaining > 0 { replaceFirst(with: session) } else { removeFirst() }
        switch body.0 {
        case .order: return .orders
        case .browse: return .browse
        case .feedback: return .feedback
        case .command: return .commands
        }
    }

    private mutating func openSession() {
        sessionNumber += 1
        let browsing = 1 + min(Int(random.exponential(mean: 4.8)), 60)
        push(
            Session(
                time: nextSessionAt, customer: drawCustomer(), number: sessionNumber, remaining: browsing,
                step: .browsing))
        nextSessionAt += 1000 * Self.eventsPerSession / shape.eventsPerSecond
    }

    private mutating func drawCustomer() -> Int {
        let target = random.unit() * (cumulativeActivity.last ?? 0)
        var (low, high) = (0, cumulativeActivity.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulativeActivity[middle] <= target { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Makes the session's next event and moves the session on.
    private mutating func act(_ session: inout Session, buffer: inout EventBuffer) -> (Event.Body, String) {
        session.remaining -= 1
        switch session.step {
        case .ordering:
            plan(&session, answerChance: 0.33)
            return (order(), "o-\(eventNumber)")
        case .answering: return (feedback(), "f-\(eventNumber)")
        case .browsing:
            let body = browse(session, &buffer)
            session.time += 3_000 + random.exponential(mean: 45_000)
            if session.remaining == 0 {
                session.step = .ordering
                session.remaining = 1
            }
            return (body, "b-\(eventNumber)")
        }
    }

    /// After an order some customers are asked how it was, a few days later.
    private mutating func plan(_ session: inout Session, answerChance: Double) {
        guard random.unit() < answerChance else { return }
        session.step = .answering
        session.remaining = 1
        session.time += random.exponential(mean: 4 * TimeSpan.millisecondsPerDay)
    }

    private mutating func order() -> Event.Body {
        // Median 45 major units, heavy to the right.
        let major = Double.exp(3.8 + 0.8 * random.normal())
        let minor = Int64(major * Double.pow(10, Double(shape.currency.exponent)))
        return .order(
            OrderEvent(type: .completed, currency: shape.currency, total: Money(minorUnits: max(minor, 1))))
    }

    private mutating func browse(_ session: Session, _ buffer: inout EventBuffer) -> Event.Body {
        let types: [BrowseType] = [
            .pageViewed, .pageViewed, .productViewed, .productViewed, .productViewed, .productViewed, .categoryViewed,
            .searched, .linkClicked, .cartAdded, .cartAdded, .cartRemoved, .checkoutStarted, .wishlistAdded,
        ]
        let type = types[random.below(types.count)]
        let category = "category-\(random.below(40))"
        return .browse(
            BrowseEvent(
                type: type, sessionHash: StableHash.mix(session.number &* 2 | 1, 0x9e37_79b9_7f4a_7c15),
                dwellMilliseconds: UInt32(min(random.exponential(mean: 25_000), 3_600_000)),
                category: Self.append(category, to: &buffer)))
    }

    private mutating func feedback() -> Event.Body {
        switch random.below(10) {
        case 0: return .feedback(FeedbackEvent(type: .complaint, score: nil, sentiment: .negative))
        case 1: return .feedback(FeedbackEvent(type: .complaintResolved, score: nil, sentiment: nil))
        case 2, 3: return .feedback(FeedbackEvent(type: .nps, score: UInt16(random.below(11)) * 1000, sentiment: nil))
        default:
            // One to five stars, mostly many.
            let stars = 5 - min(Int(random.exponential(mean: 1)), 4)
            return .feedback(FeedbackEvent(type: .csat, score: UInt16(stars * 2000), sentiment: nil))
        }
    }

    private func append(
        _ body: Event.Body, id: String, time: EventTime, customer: Int, to buffer: inout EventBuffer
    ) {
        let name = Self.name(ofCustomer: customer)
        let customerSpan = Self.append(name, to: &buffer)
        let idSpan = Self.append(id, to: &buffer)
        buffer.events.append(
            Event(
                time: time, customer: customerSpan, customerHash: StableHash.of(name), id: idSpan,
                idHash: StableHash.of(id), body: body))
    }

    /// The id of a generated customer, e.g. `customer-0000042`.
    package static func name(ofCustomer number: Int) -> String {
        let digits = String(number)
        return "customer-" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    }

    private static func append(_ text: String, to buffer: inout EventBuffer) -> TextSpan {
        var text = text
        return text.withUTF8 { buffer.append(text: UnsafeRawBufferPointer($0)) }
    }
}

extension Workload {
    private mutating func push(_ session: Session) {
        sessions.append(session)
        var child = sessions.count - 1
        while child > 0, sessions[child].time < sessions[(child - 1) / 2].time {
            sessions.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func replaceFirst(with session: Session) {
        sessions[0] = session
        sink()
    }

    private mutating func removeFirst() {
        sessions.swapAt(0, sessions.count - 1)
        sessions.removeLast()
        sink()
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < sessions.count && sessions[child].time < sessions[least].time { least = child }
            guard least != parent else { return }
            sessions.swapAt(parent, least)
            parent = least
        }
    }
}
