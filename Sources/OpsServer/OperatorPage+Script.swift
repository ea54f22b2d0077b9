extension OperatorPage {
    /// Text from the server reaches the page as text only, never as markup.
    static let script = #"""
        "use strict";
        const interval = 2000, kept = 151, rateSpan = 5, quantileSpan = 30;
        const history = [];
        const byID = id => document.getElementById(id);

        // ---- The Prometheus text format, as far as this server writes it

        function parse(text) {
          const metrics = new Map();
          for (const line of text.split("\n")) {
            const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
            if (!match) continue;
            const labels = {};
            for (const pair of (match[2] || "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
              labels[pair[1]] = pair[2].replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
            }
            if (!metrics.has(match[1])) metrics.set(match[1], []);
            metrics.get(match[1]).push({ labels, value: Number(match[3].replace("Inf", "Infinity")) });
          }
          return metrics;
        }

        const now = () => history[history.length - 1];
        const before = span => history[Math.max(0, history.length - 1 - span)];
        const fits = (sample, labels) =>
          Object.entries(labels).every(([name, value]) => sample.labels[name] === value);

        function sum(point, name, labels = {}) {
          const samples = (point.metrics.get("tierd_" + name) || []).filter(sample => fits(sample, labels));
          return samples.length ? samples.reduce((total, sample) => total + sample.value, 0) : undefined;
        }

        // Per second over the last few answers; undefined until there are two.
        function rateBetween(old, point, name, labels) {
          const seconds = (point.time - old.time) / 1000;
          if (!(seconds > 0)) return undefined;
          return Math.max(0, (sum(point, name, labels) || 0) - (sum(old, name, labels) || 0)) / seconds;
        }

        const rate = (name, labels) => rateBetween(before(rateSpan), now(), name, labels);

        // By linear interpolation inside the bucket, over the last minute.
        function quantile(name, q) {
          const old = before(quantileSpan).metrics.get("tierd_" + name + "_bucket") || [];
          const buckets = (now().metrics.get("tierd_" + name + "_bucket") || []).map((bucket, i) => ({
            bound: bucket.labels.le === "+Inf" ? Infinity : Number(bucket.labels.le),
            count: bucket.value - (history.length > 1 && old[i] ? old[i].value : 0)
          }));
          const total = buckets.length ? buckets[buckets.length - 1].count : 0;
          if (!(total > 0)) return undefined;
          const i = buckets.findIndex(bucket => bucket.count >= q * total);
          const [low, below] = i ? [buckets[i - 1].bound, buckets[i - 1].count] : [0, 0];
          if (buckets[i].bound === Infinity) return low;
          return low + (buckets[i].bound - low) * (q * total - below) / (buckets[i].count - below);
        }

        // ---- Numbers for people

        const none = "\u2013";

        function number(value) {
          if (value === undefined) return none;
          const digits = value !== 0 && Math.abs(value) < 10 && value % 1 ? 1 : 0;
          return value.toLocaleString("en", { maximumFractionDigits: digits });
        }

        function bytes(value) {
          if (value === undefined) return none;
          const units = ["B", "kB", "MB", "GB", "TB"];
          let i = 0;
          while (value >= 1000 && i < units.length - 1) { value /= 1000; i += 1; }
          return number(value) + " " + units[i];
        }

        function duration(seconds) {
          if (seconds === undefined) return none;
          if (seconds < 1) return number(seconds * 1000) + " ms";
          if (seconds < 120) return number(seconds) + " s";
          if (seconds < 7200) return number(Math.floor(seconds / 60)) + " min";
          if (seconds < 172800) return number(Math.floor(seconds / 3600)) + " h";
          return number(Math.floor(seconds / 86400)) + " d";
        }

        function instant(seconds) {
          const date = new Date(seconds * 1000);
          return seconds === undefined || isNaN(date) ? none : date.toISOString().slice(0, 19).replace("T", " ");
        }

        // ---- Drawing

        function element(tag, className, ...children) {
          const node = document.createElement(tag);
          if (className) node.className = className;
          node.append(...children);
          return node;
        }

        // A column is a heading and how it is aligned; a cell is text or a node.
        function table(id, columns, rows, empty) {
          const cell = (tag, content, column) => element(tag, column.align || "", content);
          const titled = columns.some(column => column.name);
          const head = titled ? [element("tr", "", ...columns.map(column => cell("th", column.name, column)))] : [];
          const lines = rows.map(row => element("tr", "", ...row.map((value, i) => cell("td", value, columns[i]))));
          byID(id).replaceChildren(...(rows.length ? [...head, ...lines] : [element("caption", "soft", empty)]));
        }

        const text = name => ({ name, align: "text" });
        const figure = name => ({ name });
        const moods = { live: "good", fencing: "busy", restoring: "busy", stopped: "bad" };

        function drawTiles() {
          const commit = quantile("commit_seconds", 0.5), slow = quantile("commit_seconds", 0.99);
          const ages = (now().metrics.get("tierd_consumer_lag_seconds") || []).map(sample => sample.value);
          const age = ages.length ? Math.max(...ages) : undefined;
          const lag = sum(now(), "consumer_lag_records");
          const flow = (title, name) => [title, number(rate(name)) + " /s", number(sum(now(), name)) + " in all"];
          const tiles = [
            flow("Events", "events_applied_total"),
            flow("Outputs", "outputs_total"),
            flow("Rejected", "rejects_total"),
            ["Waiting", number(lag), lag ? "oldest " + duration(age) + " behind" : "records on the broker"],
            ["Commit", duration(commit), "99 % within " + duration(slow)],
            ["Customers", number(sum(now(), "customers")), bytes(sum(now(), "state_bytes")) + " of state"]
          ];
          byID("tiles").replaceChildren(...tiles.map(([name, value, note]) => element("div", "card tile",
            element("div", "soft", name), element("div", "value", value), element("div", "note soft", note))));
        }

        function drawChart() {
          const rates = history.slice(1).map((point, i) =>
            rateBetween(history[Math.max(0, i - 2)], point, "events_applied_total"));
          const top = Math.max(1, ...rates);
          const x = i => 600 - (rates.length - 1 - i) * 600 / (kept - 2);
          const points = rates.map((value, i) => x(i).toFixed(1) + " " + (80 - 74 * value / top).toFixed(1));
          const [area, line] = byID("chart").querySelectorAll("path");
          line.setAttribute("d", points.length ? "M" + points.join("L") : "");
          area.setAttribute("d", points.length ? "M" + x(0) + " 84L" + points.join("L") + "L600 84Z" : "");
          byID("span").textContent = "\u2013 last five minutes, peak " + number(rates.length ? top : undefined);
        }

        function drawShards(status) {
          const rows = status.shards.map(shard => {
            const own = { partition: String(shard.partition) };
            const ages = (now().metrics.get("tierd_consumer_lag_seconds") || []).filter(sample => fits(sample, own));
            return [
              String(shard.partition), element("span", "pill " + (moods[shard.state] || "soft"), shard.state),
              number(sum(now(), "customers", own)), bytes(sum(now(), "state_bytes", own)),
              number(sum(now(), "consumer_lag_records", own)),
              duration(ages.length ? Math.max(...ages.map(sample => sample.value)) : undefined),
              instant(sum(now(), "shard_clock_seconds", own)), number(shard.sequence), shard.detail || tried(shard.shadow)
            ];
          });
          table("shards", [
            text("Shard"), text("State"), figure("Customers"), figure("Memory"), figure("Waiting"), figure("Behind"),
            figure("Clock (UTC)"), figure("Journal"), { name: "", align: "text detail" }
          ], rows, "No shard is assigned to this instance.");
        }

        function tried(shadow) {
          if (!shadow) return "";
          const name = "tries " + shadow.name + " v" + shadow.version;
          const found = shadow.customers;
          return name + (found ? ": " + number(found.higher) + " higher, " + number(found.lower) + " lower" : "")
            + (shadow.retier_remaining ? ", not complete yet" : "");
        }

        function drawTopics() {
          const topics = name => (now().metrics.get("tierd_" + name) || []).map(sample => sample.labels.topic);
          const row = (topic, direction, name, size) => [
            topic, direction, number(rate(name, { topic })), size ? bytes(rate(size, { topic })) + "/s" : "",
            number(sum(now(), name, { topic }))
          ];
          table("topics", [text("Topic"), text(""), figure("Per second"), figure("Volume"), figure("In all")], [
            ...topics("records_total").map(topic => row(topic, "in", "records_total", "record_bytes_total")),
            ...topics("outputs_total").map(topic => row(topic, "out", "outputs_total"))
          ], "No topics.");
        }

        function drawRejects() {
          const samples = (now().metrics.get("tierd_rejects_total") || []).filter(sample => sample.value > 0);
          samples.sort((a, b) => b.value - a.value);
          const rows = samples.map(({ labels, value }) => [
            labels.topic, labels.reason.replaceAll("_", " "), number(rate("rejects_total", labels)), number(value)
          ]);
          const columns = [text("Topic"), text("Reason"), figure("Per second"), figure("In all")];
          table("rejects", columns, rows, "None since the start.");
        }

        function drawTotals() {
          const total = (name, labels) => number(sum(now(), name, labels));
          const records = sum(now(), "batch_records_sum"), batches = sum(now(), "batch_records_count");
          const rows = [
            ["Transactions committed", total("transactions_total", { outcome: "committed" })],
            ["Transactions aborted and sent again", total("transactions_total", { outcome: "aborted" })],
            ["Transactions in doubt, settled by the journal", total("transactions_total", { outcome: "in_doubt" })],
            ["Records per batch, mean", number(batches ? records / batches : undefined)],
            ["Deadlines fired", total("deadlines_fired_total")],
            ["Dead letters", total("dead_letters_total")],
            ["Dead letters suppressed", total("dead_letters_suppressed_total")],
            ["Producer errors", total("producer_errors_total")],
            ["Rebalances", total("rebalances_total")],
            ["Running for", duration(Date.now() / 1000 - sum(now(), "process_start_time_seconds"))]
          ];
          table("totals", [text(""), figure("")], rows, "");
        }

        function drawHeader(status) {
          document.title = status.application + " \u2013 tierd";
          const about = [status.application, status.version, status.policy && "policy " + status.policy];
          byID("application").textContent = about.filter(Boolean).join(" \u00b7 ");
          byID("readiness").textContent = status.ready ? "ready" : "not ready";
          byID("readiness").className = "pill " + (status.ready ? "good" : "busy");
          byID("reasons").hidden = !status.reasons.length;
          byID("reasons").replaceChildren(...status.reasons.map(reason => element("li", "", reason)));
        }

        // ---- The loop

        async function get(path) {
          const response = await fetch(path, { signal: AbortSignal.timeout(5000) });
          if (!response.ok) throw new Error(path + " answered " + response.status);
          return response;
        }

        async function refresh() {
          try {
            const [status, metrics] = await Promise.all([
              get("/v1/status").then(response => response.json()), get("/metrics").then(response => response.text())]);
            const point = { time: performance.now(), metrics: parse(metrics) };
            const restarted = history.length && sum(now(), "process_start_time_seconds") !==
              sum(point, "process_start_time_seconds");
            if (restarted) history.length = 0;
            history.push(point);
            if (history.length > kept) history.shift();
            drawHeader(status);
            [drawTiles, drawChart, drawTopics, drawRejects, drawTotals].forEach(draw => draw());
            drawShards(status);
            byID("freshness").textContent = "as of " + new Date().toLocaleTimeString();
            byID("freshness").className = "soft right";
          } catch (error) {
            byID("freshness").textContent = "no answer: " + error.message;
            byID("freshness").className = "bad right";
          }
          setTimeout(refresh, interval);
        }

        byID("lookup").addEventListener("submit", async event => {
          event.preventDefault();
          const shown = byID("customer");
          try {
            const response = await fetch("/v1/customers/" + encodeURIComponent(byID("id").value));
            const answer = await response.json();
            shown.textContent = response.ok ? JSON.stringify(answer, null, 2) : answer.title + ". " + answer.detail;
          } catch (error) {
            shown.textContent = "No answer: " + error.message;
          }
        });

        refresh();
        """#
}
