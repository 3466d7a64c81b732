import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { bundle } from "./bundle.ts";
import { load, probabilities, pumpOf } from "./network.ts";

/** A larger request is refused: about a hundred pumps. */
const longest = 10_000;

/** What is answered: a status, a type, a body. */
type Answer = readonly [status: number, type: string, body: string | Uint8Array];

/**
 * Serves a saved network to this machine: `POST /failure` takes a pump, or an array of them, as JSON, and answers with the
 * probability of each to fail; `GET /` is a page that asks the same network without asking the server.
 */
export async function serve(
  model: Uint8Array,
  port = 0,
): Promise<{ readonly address: string; readonly close: () => void }> {
  const network = load(model);
  const files: Readonly<Record<string, Answer>> = {
    "/": [200, "text/html", readFileSync(new URL("page.html", import.meta.url))],
    "/page.js": [200, "text/javascript", await bundle("page.ts")],
    "/model.safetensors": [200, "application/octet-stream", model],
  };
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = request.url ?? "/";
    if (request.method === "GET" && Object.hasOwn(files, path)) return files[path];
    if (request.method !== "POST" || path !== "/failure") return json(404, { error: "There is nothing here." });
    const body = await bodyOf(request);
    if (body === null) return json(413, { error: `A request has ${longest} bytes at most.` });
    try {
      const asked: unknown = JSON.parse(body);
      const pumps = (Array.isArray(asked) ? asked : [asked]).map(pumpOf);
      return json(200, { probabilities: pumps.length === 0 ? [] : probabilities(network, pumps) });
    } catch (error) {
      return json(400, { error: (error as Error).message });
    }
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, type, body]) => response.writeHead(status, { "Content-Type": type }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

const json = (status: number, value: unknown): Answer => [status, "application/json", JSON.stringify(value)];

/** The text that was sent; null if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= longest) parts.push(part);
  }
  return length <= longest ? Buffer.concat(parts).toString("utf8") : null;
}
