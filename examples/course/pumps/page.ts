/** The page of chapter 8: fetches the network once, and asks it whenever the form changes. */
import { load, measured, probabilities, pumpOf } from "./network.ts";

const form = document.querySelector("form") as HTMLFormElement;
const output = document.querySelector("output") as HTMLOutputElement;
const network = load(new Uint8Array(await (await fetch("model.safetensors")).arrayBuffer()));

function answer(): void {
  const fields = new FormData(form);
  const numbers = measured.map((name) => [name, fields.get(name) === "" ? null : Number(fields.get(name))]);
  const [probability] = probabilities(network, [pumpOf({ kind: fields.get("kind"), ...Object.fromEntries(numbers) })]);
  output.value = probability.toFixed(3);
}

form.addEventListener("input", answer);
answer();
