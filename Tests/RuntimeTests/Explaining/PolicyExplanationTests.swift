import Runtime
import Scoring
import Testing

struct PolicyExplanationTests {
    private func text(_ name: String) throws -> String { PolicyExplanation(try Replayed.policy(name)).text }

    @Test func `points are told in the measure's own unit`() throws {
        let text = try text("retail")
        #expect(
            text.contains(
                "spending: up to 55 points for spend that fades by half every 90 days; 200 USD make half of them, 600 USD three quarters."
            ))
        #expect(
            text.contains("frequency: up to 20 points for orders in 365 days; none at 0, all at 12, evenly between."))
        #expect(
            text.contains(
                "satisfaction: up to 10 points for mean satisfaction (per cent) in 365 days; 0 at 0, 3 at 60, 10 at 100, evenly between; 5 while it is unknown."
            ))
        #expect(
            text.contains(
                "complaints: takes away up to 10 points for open complaints; none at 0, all at 2, evenly between."))
    }

    @Test func `a tier is told with what keeps it, in every language, with its actions`() throws {
        let text = try text("retail")
        #expect(text.contains("gold (Gold / 黄金): a score of at least 40, and at least 3 orders in 365 days."))
        #expect(text.contains("  It is kept with a score of at least 32, and at least 2.4 orders in 365 days."))
        #expect(text.contains("  Benefits: free_express_shipping, early_access."))
        #expect(text.contains("  Actions: present_benefits, ask_for_review."))
        #expect(text.contains("not (at least 2 open complaints)"))
    }

    @Test func `falling, terms, refunds and notices are told as the rules have them`() throws {
        let retail = try text("retail")
        #expect(retail.contains("has 28 days to meet it again; then falls to the tier below."))
        #expect(retail.contains("Nobody falls within 30 days of getting a tier."))
        #expect(retail.contains("it is taken back at once, as a correction."))
        let stars = try text("stars")
        #expect(stars.contains("A tier above the lowest is given for 12 months, up to the end of the month."))
        #expect(stars.contains("Until the term ends the tier is safe, whatever happens."))
        #expect(stars.contains("If it is not met the customer falls at once, to the highest tier that is still kept."))
        #expect(
            stars.contains("30 days before a tier is lost as things stand; once per term and at most once in 30 days."))
        let wealth = try text("wealth")
        #expect(wealth.contains("The qualification period is the year that begins with January."))
        #expect(wealth.contains("A refunded or cancelled order is a loss as any other: grace and term hold."))
        #expect(
            wealth.contains(
                "either a score of at least 35, or spend in the qualification period of at least 20000 CNY, or "
                    + "contribution (spend less known costs) in the qualification period of at least 15000 CNY, or "
                    + "the attribute holdings of at least 1000000."))
    }

    @Test func `churn levels are told with horizon, score and confidence`() throws {
        let text = try text("retail")
        #expect(text.contains("The churn risk is the probability of no order in the next 90 days."))
        #expect(text.contains("medium (Medium risk / 中风险): a risk from 60% and below 85%."))
        #expect(text.contains("It is left downwards once the risk is 2 percentage points below its beginning."))
        #expect(text.contains("every output says low confidence"))
        #expect(text.contains("a lifetime value over 12 months, discounted by 1% a month"))
    }

    @Test func `combined scores and adjustments are told`() throws {
        let policy = try PolicyFile.parse(
            text: SamplePolicy.replacing(
                "  levels: [{name: low}",
                with:
                    "  coefficients: {constant: -0.5}\n  adjustment: {open_complaint: 0.3, limit: 1}\n  levels: [{name: low}"
            ),
            file: "f")
        let text = PolicyExplanation(policy).text
        #expect(text.contains("Its log-odds are 0.4 of those of the MBG/NBD model"))
        #expect(text.contains("and -0.5."))
        #expect(text.contains("The log-odds are moved by 0.3 for each open complaint; by 1 at most."))
    }

    @Test func `points and tags are told in words`() throws {
        let stars = try text("stars")
        #expect(
            stars.contains(
                "Points that customers collect: 1 for each USD, times 1.2 in gold, times 1.7 in reserve; they count for 365 days, and refunds take them back. Those earned at the rate of green expire once no order has come for 183 days."
            ))
        #expect(stars.contains("gold (Gold / 金星级): at least 500 points of the last 365 days."))
        let sample = PolicyExplanation(try SamplePolicy.policy()).text
        #expect(
            sample.contains(
                "vip_at_risk: as long as there is contribution (spend less known costs) in 365 days of at least 500 EUR, and the tag \"vip\"."
            ))
        #expect(
            sample.contains(
                "european: as long as there is either the attribute region being \"EU\", or the attribute club being \"true\"."
            ))
    }

    @Test func `what each change recommends is told, and what falls and notices leave out`() throws {
        let retail = try text("retail")
        #expect(retail.contains("\n  Entry: welcome_series.\n  Upgrade: congratulate.\n"))
        #expect(retail.contains("\n  Approaching upgrade: show_next_tier.\n"))
        #expect(retail.contains("a fall only those of its kind.\n  A notice carries only those of its kind."))
        #expect(try text("value-bands").contains("of at least 0.8.\n    Actions: call_in_person."))
    }

    @Test(arguments: try SchemaFile.yamlFiles(in: "policies"))
    func `every published policy is told under ten headings`(_ path: String) throws {
        let sections = PolicyExplanation(try PolicyFile.load(path: path)).sections
        #expect(sections.count == 10)
        #expect(sections.allSatisfy { !$0.lines.isEmpty && $0.lines.allSatisfy { !$0.contains("nil") } })
    }
}
