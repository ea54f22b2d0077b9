import Scoring
import TestSupport
import Testing

@Suite struct MoneyTests {
    @Test func `a currency code is three capital letters`() throws {
        let code = try #require(CurrencyCode("CNY"))
        #expect(code.text == "CNY")
        for text in ["", "cny", "CN", "CNYX", "C1Y", "ÄÖÜ"] { #expect(CurrencyCode(text) == nil, "\(text)") }
    }

    @Test func `minor units follow ISO 4217`() throws {
        #expect(try ["USD", "JPY", "KWD", "EUR"].map { try #require(CurrencyCode($0)).exponent } == [2, 0, 3, 2])
    }

    @Test func `conversion is exact and rounds half away from zero`() throws {
        let (usd, jpy, kwd) = (
            try #require(CurrencyCode("USD")), try #require(CurrencyCode("JPY")), try #require(CurrencyCode("KWD"))
        )
        let half = ExchangeRate(billionths: 500_000_000)
        #expect(half.convert(Money(minorUnits: 3), from: usd, to: usd) == Money(minorUnits: 2))
        #expect(half.convert(Money(minorUnits: -3), from: usd, to: usd) == Money(minorUnits: -2))
        #expect(half.convert(Money(minorUnits: 1), from: usd, to: usd) == Money(minorUnits: 1))
        // 1,000 yen at 0.0067 are 6.70 dollars; 12.345 dinar at 3.25 are 40.12125 dollars.
        #expect(
            ExchangeRate(billionths: 6_700_000).convert(Money(minorUnits: 1_000), from: jpy, to: usd)
                == Money(minorUnits: 670))
        #expect(
            ExchangeRate(billionths: 3_250_000_000).convert(Money(minorUnits: 12_345), from: kwd, to: usd)
                == Money(minorUnits: 4_012))
        // 1.00 dollar at 149.5 is 149.5 yen, up to 150.
        #expect(
            ExchangeRate(billionths: 149_500_000_000).convert(Money(minorUnits: 100), from: usd, to: jpy)
                == Money(minorUnits: 150))
        #expect(
            ExchangeRate(billionths: 1_000_000_000).convert(Money.limit, from: usd, to: usd) == Money.limit)
    }

    @Test func `what passes the limit is refused, not wrapped`() throws {
        let (usd, kwd) = (try #require(CurrencyCode("USD")), try #require(CurrencyCode("KWD")))
        #expect(ExchangeRate(billionths: 1_000_000_001).convert(Money.limit, from: usd, to: usd) == nil)
        #expect(ExchangeRate(billionths: .max).convert(Money.limit, from: usd, to: kwd) == nil)
        #expect(ExchangeRate(billionths: 0).convert(Money.limit, from: usd, to: kwd) == .zero)
    }

    @Test(arguments: 0..<200) func `conversion agrees with schoolbook arithmetic`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let codes = try ["USD", "JPY", "KWD"].map { try #require(CurrencyCode($0)) }
        let (from, to) = (random.pick(codes), random.pick(codes))
        let amount = Int64(random.below(1 << 30)) - 1 << 29
        let rate = Int64(1 + random.below(1 << 28))
        // Everything fits 128 bits: amount · rate · 10^to / (10^9 · 10^from), rounded half away from zero.
        let powers: [Int: Int128] = [0: 1, 2: 100, 3: 1_000]
        let numerator = Int128(amount.magnitude) * Int128(rate) * (powers[to.exponent] ?? 0)
        let divisor = Int128(1_000_000_000) * (powers[from.exponent] ?? 0)
        let rounded = (2 * numerator + divisor) / (2 * divisor)
        let converted = ExchangeRate(billionths: rate).convert(Money(minorUnits: amount), from: from, to: to)
        let expected =
            rounded > Int128(Money.limit.minorUnits) ? nil : Money(minorUnits: Int64(amount < 0 ? -rounded : rounded))
        #expect(converted == expected, "seed \(seed)")
    }
}
