/// Event records as text, for files.
enum EventLines {
    static func order(
        _ id: String, customer: String = "c-1", at time: String, total: String = "120.00", currency: String = "USD"
    ) -> String {
        #"{"order_id":"\#(id)","customer_id":"\#(customer)","type":"completed","occurred_at":"\#(time)","#
            + #""currency":"\#(currency)","total":\#(total)}"#
    }

    static func browse(_ id: String, customer: String = "c-1", at time: String) -> String {
        #"{"event_id":"\#(id)","customer_id":"\#(customer)","type":"product_viewed","occurred_at":"\#(time)"}"#
    }
}
