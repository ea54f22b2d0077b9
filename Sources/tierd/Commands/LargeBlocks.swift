import Glibc

/// How the process treats large blocks of memory that it no longer needs.
enum LargeBlocks {
    /// `M_MMAP_THRESHOLD`; Swift's Glibc leaves <malloc.h> out.
    private static let thresholdParameter: Int32 = -3
    private static let threshold: Int32 = 1 << 17

    /// Has blocks from 128 KiB on given back to the system as soon as they are freed.
    ///
    /// Left to itself, glibc stops doing so once it has freed one: what the engine's clean-up sets free then stays with the
    /// process, at more than twice the memory in use. Does nothing with another C library.
    static func giveBack() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        typealias SetOption = @convention(c) (Int32, Int32) -> Int32
        _ = unsafeBitCast(symbol, to: SetOption.self)(thresholdParameter, threshold)
    }
}
