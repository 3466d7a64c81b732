/**
 * Trains the network of chapter 8, saves it, and serves the file until Ctrl-C:
 *
 *     npx tsx examples/course/pumps/serve.ts
 *     curl http://127.0.0.1:8080/failure -d '{ "kind": "vane", "age": 12, "temperature": 70, "vibration": 2 }'
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomicallySync } from "evenkeel/io/node";
import { pumps } from "../pumps.ts";
import { serve } from "./server.ts";

const file = join(mkdtempSync(join(tmpdir(), "pumps-")), "model.safetensors");
writeFileAtomicallySync(file, pumps("whole", console.log).model);
const { address } = await serve(readFileSync(file), 8080);
console.log(`${file} is served: ${address}`);
