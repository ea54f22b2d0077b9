import RealModule

/// Between probabilities and log-odds, ln(p / (1 − p)), at full relative precision and without overflow.
package enum LogOdds {
    /// 1/(1 + e^−z).
    package static func probability(_ z: Double) -> Double {
        if z >= 0 { return 1 / (1 + Double.exp(-z)) }
        let e = Double.exp(z)
        return e / (1 + e)
    }

    /// ln(p/(1 − p)); infinite at 0 and at 1.
    package static func of(_ probability: Double) -> Double {
        Double.log(probability) - Double.log(onePlus: -probability)
    }

    /// ln(1 + e^z), which is −ln of the probability of −z.
    package static func softplus(_ z: Double) -> Double {
        max(z, 0) + Double.log(onePlus: Double.exp(-abs(z)))
    }

    /// ln(e^left + e^right).
    static func sum(_ left: Double, _ right: Double) -> Double {
        max(left, right) + Double.log(onePlus: Double.exp(-abs(left - right)))
    }
}
