/**
 * The version of the library, as in package.json.
 *
 * @example
 * ```ts
 * import { version } from "evenkeel";
 *
 * console.log(/^\d+\.\d+\.\d+/.test(version)); // => true
 * ```
 */
export const version = "0.1.0";
