import { describe } from "../../base/errors.ts";
import { checkName, countOf, isBytes, type Place, refuse } from "../bytes/checks.ts";
import { type Json, parseJson } from "../bytes/json.ts";

/** An object of a `model.json`. */
export type JsonObject = ReadonlyMap<string, Json>;

/** How a weight is stored where it takes fewer bytes than its numbers do. */
interface Quantisation {
  readonly dtype: "uint8" | "uint16" | "float16";
  readonly scale: number;
  readonly min: number;
}

/** A weight as the manifest describes it. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly dtype: "float32" | "int32" | "bool";
  readonly quantisation: Quantisation | null;
}

/** A part of the manifest: weights that lie one behind the other in some files. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

/** Layers within layers within a topology are not as deep as this. */
const depth = 40;

/** Reads a `model.json`, text or bytes. */
export function readModelJson(where: string, json: string | Uint8Array): JsonObject {
  const place = { where, part: "model.json" };
  if (typeof json !== "string" && !isBytes(json)) refuse(place, "text or its bytes", describe(json));
  const value = parseJson(place, typeof json === "string" ? json : textOf(place, json), depth);
  if (Array.isArray(value)) {
    const hint = "Weight groups alone, as some packages have them, are to stand as weightsManifest in an object.";
    refuse(place, "an object", nameOf(value), hint);
  }
  return objectOf(place, value, "it");
}

function textOf(place: Place, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return refuse(place, "text in UTF-8", "other bytes");
  }
}

/** What a value of JSON is called in a message. */
function nameOf(value: Json | undefined): string {
  if (value instanceof Map) return "an object";
  return Array.isArray(value) ? `a list of ${value.length}` : describe(value);
}

/** A value that has to be an object. */
export function objectOf(place: Place, value: Json | undefined, what: string): JsonObject {
  return value instanceof Map ? value : refuse(place, `${what} to be an object`, nameOf(value));
}

/** A value that has to be a list. */
export function listOf(place: Place, value: Json | undefined, what: string): readonly Json[] {
  return Array.isArray(value) ? value : refuse(place, `${what} to be a list`, nameOf(value));
}

/** The groups of the manifest. */
export function readManifest(where: string, model: JsonObject): WeightGroup[] {
  const place = { where, part: "weightsManifest" };
  const names = new Set<string>();
  return listOf(place, model.get("weightsManifest"), "it").map((group) => {
    const fields = objectOf(place, group, "a group");
    const paths = listOf(place, fields.get("paths"), "paths").map((path) =>
      typeof path === "string" ? path : refuse(place, "paths that are texts", describe(path)),
    );
    const weights = listOf(place, fields.get("weights"), "weights").map((weight) => readEntry(where, weight));
    for (const { name } of weights) {
      if (names.has(name)) refuse(place, "names that stand once", describe(name));
      names.add(name);
    }
    return { paths, weights };
  });
}

function readEntry(where: string, value: Json): WeightEntry {
  const manifest = { where, part: "weightsManifest" };
  const fields = objectOf(manifest, value, "a weight");
  const name = fields.get("name");
  if (typeof name !== "string") return refuse(manifest, "weights with names", describe(name));
  checkName(where, name);
  const place = { where, part: `the weight ${describe(name)}` };
  const shape = listOf(place, fields.get("shape"), "its shape");
  const count = countOf(place, shape);
  const dtype = fields.get("dtype");
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    return refuse(place, "float32, int32 or bool", describe(dtype));
  }
  const given = fields.get("quantization");
  const quantisation = given === undefined || given === null ? null : readQuantisation(place, given);
  if (quantisation !== null && dtype === "bool") refuse(place, "numbers where they are quantised", "bools");
  return { name, shape: shape as number[], count, dtype, quantisation };
}

function readQuantisation(place: Place, value: Json): Quantisation {
  const fields = objectOf(place, value, "its quantization");
  const [dtype, scale = 1, min = 0] = ["dtype", "scale", "min"].map((field) => fields.get(field));
  if (dtype !== "uint8" && dtype !== "uint16" && dtype !== "float16") {
    return refuse(place, "a quantization to uint8, uint16 or float16", describe(dtype));
  }
  if (typeof scale !== "number" || typeof min !== "number") {
    return refuse(place, "a scale and a min that are numbers", `${describe(scale)} and ${describe(min)}`);
  }
  return { dtype, scale, min };
}
