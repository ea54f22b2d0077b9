/// What the spans of a batch's events point into; valid while the batch is applied.
package struct EventParts {
    package let text: UnsafeRawBufferPointer
    /// The lines of orders.
    package let items: UnsafeBufferPointer<OrderItem>
    /// What `attribute` commands change.
    package let attributes: UnsafeBufferPointer<AttributeChange>

    @inline(__always) package init(
        text: UnsafeRawBufferPointer, items: UnsafeBufferPointer<OrderItem>,
        attributes: UnsafeBufferPointer<AttributeChange>
    ) {
        self.text = text
        self.items = items
        self.attributes = attributes
    }

    @inline(__always) package func raw(_ span: TextSpan) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[span.range])
    }

    /// A copy, for what is kept.
    package func bytes(_ span: TextSpan) -> [UInt8] { Array(text[span.range]) }
}
