/**
 * Runs test/engines/program.mjs on the built library in every engine, and fails unless each gives the bits of
 * test/engines/expected.json. `--update` first writes into that file what the Node in use gives. Needs `npm run build`.
 *
 * An engine that is not here is a note; where CI=true, a failure.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import "./install-engines.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "test/engines");
const expectedFile = join(folder, "expected.json");
const seconds = 120;

const bin = (name) => join(folder, "node_modules/.bin", name);
const nodes = [20, 22, 24, 26].map((version) => ({
  name: `Node ${version}`,
  command: join(folder, `node_modules/node-${version}-${process.platform}-${process.arch}/bin/node`),
  start: runInConsole,
}));
const engines = [
  { name: "Node, the one in use", command: process.execPath, start: runInConsole },
  ...nodes,
  { name: "Deno", command: bin("deno"), flags: ["run", "--quiet"], start: runInConsole },
  { name: "Bun", command: bin("bun"), start: runInConsole },
  {
    name: "Chromium",
    command: process.env.CHROMIUM ?? "/usr/bin/chromium",
    flags: (profile) => [
      "--headless=new",
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${profile}`,
    ],
    start: runInPage,
  },
  {
    name: "Firefox",
    command: process.env.FIREFOX ?? "/usr/bin/firefox",
    flags: (profile) => ["--headless", "--no-remote", "--profile", profile],
    start: runInPage,
  },
];

async function runInConsole({ command, flags = [] }) {
  const program = join(folder, "console.mjs");
  return JSON.parse(execFileSync(command, [...flags, program], { encoding: "utf8", timeout: 1000 * seconds }));
}

/** Serves a page that posts its result, and opens it in a browser with a profile of its own. */
async function runInPage({ name, command, flags }) {
  const profile = mkdtempSync(join(tmpdir(), "evenkeel-"));
  const { server, result } = serve();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/test/engines/page.html`;
  const browser = spawn(command, [...flags(profile), address], {
    // A group of its own, to be ended with all its children; and a home, which Firefox insists that its user owns.
    detached: true,
    stdio: "ignore",
    env: { ...process.env, HOME: profile },
  });
  const ended = new Promise((resolve) => browser.on("exit", resolve).on("error", resolve));
  const failed = ended.then(() => Promise.reject(new Error(`${name} ended without a result`)));
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} gave no result in ${seconds} s`)), 1000 * seconds);
  });
  try {
    return await Promise.race([result, failed, late]);
  } finally {
    clearTimeout(timer);
    endGroup(browser.pid);
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

function endGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // it has ended by itself
  }
}

/** A server of the repository's files, and what will be posted to it. */
function serve() {
  const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript" };
  let answer;
  const result = new Promise((resolve) => {
    answer = resolve;
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost"); // has no ".." left
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.end();
        answer(JSON.parse(body));
      });
      return;
    }
    const file = join(root, pathname);
    const type = types[extname(file)];
    if (type === undefined || !existsSync(file)) return response.writeHead(404).end();
    // Cross-origin isolation, without which there is no shared memory.
    const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
    response.writeHead(200, { "Content-Type": type, ...isolation }).end(readFileSync(file));
  });
  return { server, result };
}

/** What a user agent says of its browser; what the others say of themselves is short. */
function shortVersion(version) {
  return /(?:Firefox|Chrome)\/\S+/.exec(version)?.[0].replace("/", " ") ?? version;
}

/** Whether an engine gives the expected bits; prints it. */
async function check(engine) {
  if (!existsSync(engine.command)) {
    console.log(`${engine.name}: skipped, there is no ${engine.command}`);
    return process.env.CI !== "true";
  }
  const { version, kernels, parts, error } = await engine.start(engine);
  if (error) throw new Error(error);
  if (isUpdate && engine === engines[0]) {
    expected = parts;
    writeFileSync(expectedFile, `${JSON.stringify(expected, null, 2)}\n`);
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(parts)]);
  const other = [...names].filter((name) => parts[name] !== expected[name]);
  const verdict = other.length === 0 ? "the expected bits in all" : `other bits in ${other.length} of`;
  console.log(`${engine.name} (${shortVersion(version)}), kernels "${kernels}": ${verdict} ${names.size} parts`);
  for (const name of other) console.log(`    ${name}`);
  return other.length === 0 && kernels === "wasm";
}

const isUpdate = process.argv.includes("--update");
let expected = JSON.parse(readFileSync(expectedFile, "utf8"));
let failures = 0;
for (const engine of engines) {
  const isRight = await check(engine).catch((error) => {
    console.log(`${engine.name}: ${error.message}`);
    return false;
  });
  if (!isRight) failures++;
}
console.log(failures === 0 ? "all as expected" : `${failures} of ${engines.length} engines are not as expected`);
process.exit(failures === 0 ? 0 : 1);
