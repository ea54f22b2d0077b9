import RealModule

/// A small, fast random generator whose numbers are the same everywhere for one seed (Steele, Lea, Flood 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Evenly in 0..<1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Evenly in 0..<bound.
    package mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(max(bound, 1))) }

    /// Exponential with the given mean.
    package mutating func exponential(mean: Double) -> Double { -mean * Double.log(1 - unit()) }

    /// Normal with mean 0 and deviation 1 (Box, Muller 1958).
    package mutating func normal() -> Double {
        (-2 * Double.log(1 - unit())).squareRoot() * Double.cos(2 * .pi * unit())
    }
}
