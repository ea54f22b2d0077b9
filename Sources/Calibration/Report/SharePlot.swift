/// A square plot of shares against shares: both axes run from 0 to 100 %.
struct SharePlot {
    private(set) var drawing: SVGDrawing

    private static let size = 300.0
    private static let left = 52.0
    private static let top = 12.0
    private static let bottom = 46.0
    private static let right = 14.0

    init(title: String, across: String, up: String) {
        drawing = SVGDrawing(
            width: Self.left + Self.size + Self.right, height: Self.top + Self.size + Self.bottom, title: title)
        for quarter in 0...4 {
            let share = Double(quarter) / 4
            let (x, y) = (point(share, 0).x, point(0, share).y)
            drawing.line((x, Self.top), (x, Self.top + Self.size), style: "grid")
            drawing.line((Self.left, y), (Self.left + Self.size, y), style: "grid")
            drawing.text("\(quarter * 25)", at: (x, Self.top + Self.size + 17), anchor: .middle, style: "tick")
            drawing.text("\(quarter * 25)", at: (Self.left - 8, y + 4), anchor: .end, style: "tick")
        }
        let middle = Self.size / 2
        drawing.text(across, at: (Self.left + middle, Self.top + Self.size + 38), anchor: .middle)
        drawing.text(up, at: (15, Self.top + middle), anchor: .middle, isUpright: true)
        drawing.line(point(0, 0), point(1, 1), style: "diagonal")
    }

    mutating func curve(_ shares: [(Double, Double)], colour: String, isDashed: Bool = false) {
        drawing.polyline(shares.map { point($0.0, $0.1) }, colour: colour, isDashed: isDashed)
    }

    mutating func dot(_ across: Double, _ up: Double, radius: Double, colour: String, tip: String) {
        drawing.circle(point(across, up), radius: radius, colour: colour, tip: tip)
    }

    private func point(_ across: Double, _ up: Double) -> SVGDrawing.Point {
        (Self.left + across * Self.size, Self.top + (1 - up) * Self.size)
    }
}
