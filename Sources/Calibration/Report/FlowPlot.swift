/// Two columns of stacked bars and the bands between them: what becomes of the parts of a whole.
struct FlowPlot {
    /// A part of a column; sizes are shares of 1.
    struct Part {
        var label: String
        var size: Double
        var colour: String
    }

    /// A band; its two ends may differ in size.
    struct Band {
        var from: Int
        var to: Int
        var sizeFrom: Double
        var sizeTo: Double
        var tip: String
        /// Drawn stronger than the others.
        var isMarked = false
    }

    private static let width = 560.0
    private static let height = 300.0
    private static let gap = 10.0
    private static let barWidth = 14.0
    private static let labelWidth = 150.0
    private static let headHeight = 26.0
    /// Below this height a label stands where it can, not where it belongs.
    private static let labelHeight = 15.0

    /// Parts are given from the bottom up.
    static func drawing(
        title: String, heads: (String, String), left: [Part], right: [Part], bands: [Band]
    ) -> SVGDrawing {
        var drawing = SVGDrawing(width: width, height: headHeight + height + 8, title: title)
        let (leftEnd, rightStart) = (labelWidth + barWidth, width - labelWidth - barWidth)
        var leftTops = stack(left)
        var rightTops = stack(right)
        drawing.text(heads.0, at: (leftEnd, 14), anchor: .end, style: "head")
        drawing.text(heads.1, at: (rightStart, 14), anchor: .start, style: "head")
        draw(left, leftTops, at: labelWidth, anchor: .end, labelAt: labelWidth - 8, into: &drawing)
        draw(right, rightTops, at: rightStart, anchor: .start, labelAt: rightStart + barWidth + 8, into: &drawing)
        // From the top down at both ends, so that bands cross as little as can be.
        let scale = (left: scale(left), right: scale(right))
        for band in bands.sorted(by: { ($1.from, $1.to) < ($0.from, $0.to) }) {
            let (from, to) = (leftTops[band.from], rightTops[band.to])
            leftTops[band.from] += band.sizeFrom * scale.left
            rightTops[band.to] += band.sizeTo * scale.right
            drawing.ribbon(
                left: (leftEnd, from, leftTops[band.from]), right: (rightStart, to, rightTops[band.to]),
                colour: left[band.from].colour, opacity: band.isMarked ? 0.7 : 0.3, tip: band.tip)
        }
        return drawing
    }

    private static func scale(_ parts: [Part]) -> Double { height - gap * Double(max(parts.count - 1, 0)) }

    /// The upper edge of each part.
    private static func stack(_ parts: [Part]) -> [Double] {
        var edge = headHeight + height
        return parts.map { part in
            edge -= part.size * scale(parts)
            defer { edge -= gap }
            return edge
        }
    }

    private static func draw(
        _ parts: [Part], _ tops: [Double], at x: Double, anchor: SVGDrawing.Anchor, labelAt: Double,
        into drawing: inout SVGDrawing
    ) {
        var lowest = headHeight + height + labelHeight
        for (part, top) in zip(parts, tops) {
            let height = part.size * scale(parts)
            drawing.bar((x, top), width: barWidth, height: max(height, 1), colour: part.colour)
            // Labels of thin parts are pushed up so that none covers another.
            lowest = min(top + height / 2 + 4, lowest - labelHeight)
            drawing.text(part.label, at: (labelAt, lowest), anchor: anchor)
        }
    }
}
