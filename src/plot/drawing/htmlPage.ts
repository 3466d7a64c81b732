import { escapeHtml } from "../../analysis/measuring/html.ts";

const style = `
:root { color-scheme: light dark; --ink: #1c1c1c; --soft: #555; --paper: #fff; --line: #ddd; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b4b4b4; --paper: #1b1b1f; --line: #3d3d44; } }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
figure { margin: 1.5rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; border-radius: 4px; }
table { border-collapse: collapse; font-size: 0.9rem; } th, td { padding: 0.25rem 0.75rem; text-align: left;
  border-bottom: 1px solid var(--line); } td.number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { table { display: block; overflow-x: auto; } th, td { padding: 0.25rem 0.5rem; } }
pre { overflow-x: auto; font-size: 0.85rem; padding: 0.75rem; border: 1px solid var(--line); border-radius: 4px; }
.soft { color: var(--soft); }
.critical { border-left: 4px solid #d55e00; } .warning { border-left: 4px solid #e69f00; }
.info { border-left: 4px solid #0072b2; } .verdict { padding: 0.25rem 0.75rem; margin: 0.5rem 0; }
.on-dark { display: none; } .sheet { background: #fff; border-radius: 4px; }
@media screen and (prefers-color-scheme: dark) { .on-dark { display: block; } .on-light { display: none; } }
@media print { :root { --ink: #1c1c1c; --soft: #555; --paper: #fff; --line: #ddd; } body { margin: 0; max-width: none; }
  figure, tr, .verdict { break-inside: avoid; } h2 { break-after: avoid; } }
`;

/** A page that needs nothing else: no script, no font, no picture from elsewhere. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
