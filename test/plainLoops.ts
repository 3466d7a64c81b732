/** For the project "plain loops": the same tests, where WebAssembly is not to be had. */
import { useKernels } from "evenkeel";
import { beforeEach } from "vitest";

beforeEach(() => useKernels("reference"));
