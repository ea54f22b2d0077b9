/// Shapes of one SVG picture, in the order drawn; coordinates in pixels, written with one decimal.
struct SVGDrawing {
    typealias Point = (x: Double, y: Double)

    let width: Double
    let height: Double
    /// Read out instead of the picture.
    let title: String
    private var shapes: [String] = []

    init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    enum Anchor: String {
        case start, middle, end
    }

    mutating func line(_ from: Point, _ to: Point, style: String) {
        shapes.append(
            "<line x1=\"\(Self.number(from.x))\" y1=\"\(Self.number(from.y))\" x2=\"\(Self.number(to.x))\""
                + " y2=\"\(Self.number(to.y))\" class=\"\(style)\"/>")
    }

    mutating func polyline(_ points: [Point], colour: String, isDashed: Bool = false) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        let dash = isDashed ? " stroke-dasharray=\"5 4\"" : ""
        shapes.append("<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash)/>")
    }

    mutating func circle(_ centre: Point, radius: Double, colour: String, tip: String) {
        shapes.append(
            "<circle cx=\"\(Self.number(centre.x))\" cy=\"\(Self.number(centre.y))\" r=\"\(Self.number(radius))\""
                + " fill=\"\(colour)\" fill-opacity=\"0.75\"><title>\(HTMLText.escaped(tip))</title></circle>")
    }

    mutating func bar(_ corner: Point, width: Double, height: Double, colour: String) {
        shapes.append(
            "<rect x=\"\(Self.number(corner.x))\" y=\"\(Self.number(corner.y))\" width=\"\(Self.number(width))\""
                + " height=\"\(Self.number(height))\" rx=\"1.5\" fill=\"\(colour)\"/>")
    }

    /// A band between two upright edges, each from its top to its bottom.
    mutating func ribbon(
        left: (x: Double, top: Double, bottom: Double), right: (x: Double, top: Double, bottom: Double), colour: String,
        opacity: Double, tip: String
    ) {
        let middle = (left.x + right.x) / 2
        let path =
            "M\(Self.number(left.x)) \(Self.number(left.top)) C\(Self.number(middle)) \(Self.number(left.top))"
            + " \(Self.number(middle)) \(Self.number(right.top)) \(Self.number(right.x)) \(Self.number(right.top))"
            + " L\(Self.number(right.x)) \(Self.number(right.bottom)) C\(Self.number(middle)) \(Self.number(right.bottom))"
            + " \(Self.number(middle)) \(Self.number(left.bottom)) \(Self.number(left.x)) \(Self.number(left.bottom)) Z"
        shapes.append(
            "<path d=\"\(path)\" fill=\"\(colour)\" fill-opacity=\"\(opacity)\">"
                + "<title>\(HTMLText.escaped(tip))</title></path>")
    }

    mutating func text(
        _ text: String, at point: Point, anchor: Anchor, style: String = "label", isUpright: Bool = false
    ) {
        let place = "x=\"\(Self.number(point.x))\" y=\"\(Self.number(point.y))\""
        let turn = isUpright ? " transform=\"rotate(-90 \(Self.number(point.x)) \(Self.number(point.y)))\"" : ""
        shapes.append(
            "<text \(place) text-anchor=\"\(anchor.rawValue)\" class=\"\(style)\"\(turn)>\(HTMLText.escaped(text))</text>"
        )
    }

    var markup: String {
        "<svg viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\""
            + " aria-label=\"\(HTMLText.escaped(title))\">\n" + shapes.joined(separator: "\n") + "\n</svg>\n"
    }

    private static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }
}

/// Text inside HTML and SVG.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
