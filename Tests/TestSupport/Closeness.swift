/// Whether two numbers agree within `relative` of the larger, or within `absolute`.
package func isClose(_ left: Double, _ right: Double, relative: Double, absolute: Double = 0) -> Bool {
    abs(left - right) <= max(relative * max(abs(left), abs(right)), absolute)
}
