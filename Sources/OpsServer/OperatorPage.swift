/// The page at `/`: one self-contained document that draws what `/v1/status` and `/metrics` say, every two seconds.
enum OperatorPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>tierd</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        \(body)
        <script>
        \(script)
        </script>
        </body>
        </html>

        """

    private static let style = """
        :root {
          color-scheme: light dark;
          --ground: #f5f6f8; --card: #fff; --line: #e1e4ea; --ink: #1b2330; --soft: #5d6878;
          --accent: #2a63d4; --good: #177245; --busy: #9a6200; --bad: #b92f2a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #11151b; --card: #191f28; --line: #2a323e; --ink: #e4e8ee; --soft: #94a0b1;
            --accent: #74a3ff; --good: #58c48d; --busy: #e3ab4c; --bad: #f2827a;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 20px 24px 40px; max-width: 1200px; background: var(--ground); color: var(--ink);
          font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
        }
        header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; margin-bottom: 14px; }
        h1 { font-size: 20px; margin: 0; }
        h2 { font-size: 13px; font-weight: 600; margin: 0 0 8px; }
        .soft { color: var(--soft); }
        .right { margin-left: auto; }
        .pill { display: inline-block; font-weight: 600; white-space: nowrap; }
        .pill::before { content: "\\25CF"; margin-right: 6px; }
        .good { color: var(--good); }
        .busy { color: var(--busy); }
        .bad { color: var(--bad); }
        #reasons { margin: 0 0 14px; padding: 10px 14px 10px 30px; border: 1px solid var(--busy); border-radius: 8px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
        .tile .value { font-size: 24px; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
        .tile .note { min-height: 1.45em; }
        .chart { margin-top: 12px; }
        .chart svg { display: block; width: 100%; height: 84px; }
        .chart path.line { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
        .chart path.area { fill: var(--accent); opacity: .14; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 12px; }
        .columns, .wide { margin-top: 12px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th { font-weight: 500; color: var(--soft); border-bottom: 1px solid var(--line); }
        th, td { padding: 4px 12px 4px 0; text-align: right; white-space: nowrap; }
        th.text, td.text { text-align: left; }
        th:last-child, td:last-child { padding-right: 0; }
        td.detail { white-space: normal; color: var(--soft); }
        td.detail:not(:empty) { min-width: 260px; }
        tr + tr td { border-top: 1px solid var(--line); }
        caption { text-align: left; }
        form { display: flex; gap: 8px; }
        input, button {
          font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px;
          padding: 5px 10px;
        }
        input { flex: 1; min-width: 0; }
        pre { margin: 10px 0 0; max-height: 320px; overflow: auto; font-size: 12px; white-space: pre-wrap; }
        pre:empty { display: none; }
        @media (max-width: 520px) { .columns { grid-template-columns: 1fr; } body { padding: 14px; } }
        """

    private static let body = """
        <header>
          <h1>tierd</h1>
          <span id="application" class="soft"></span>
          <span id="readiness" class="pill soft">connecting</span>
          <span id="freshness" class="soft right" role="status"></span>
        </header>
        <ul id="reasons" hidden></ul>
        <div id="tiles" class="tiles"></div>
        <div class="card chart">
          <h2>Events applied per second <span id="span" class="soft"></span></h2>
          <svg id="chart" viewBox="0 0 600 84" preserveAspectRatio="none" role="img" aria-label="Events per second">
            <path class="area"></path><path class="line"></path>
          </svg>
        </div>
        <div class="card wide"><h2>Shards</h2><div class="scroll"><table id="shards"></table></div></div>
        <div class="columns">
          <div class="card"><h2>Topics</h2><div class="scroll"><table id="topics"></table></div></div>
          <div class="card"><h2>Rejected records</h2><div class="scroll"><table id="rejects"></table></div></div>
          <div class="card"><h2>Since the start</h2><div class="scroll"><table id="totals"></table></div></div>
          <div class="card">
            <h2>Look up a customer</h2>
            <form id="lookup">
              <input id="id" placeholder="Customer id" aria-label="Customer id" autocomplete="off" spellcheck="false">
              <button>Show</button>
            </form>
            <pre id="customer" aria-live="polite"></pre>
          </div>
        </div>
        """
}
