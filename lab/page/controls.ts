import { element } from "../panels/panel.ts";
import { declarations, type Setting, type SettingName, type Settings, settingNames, tidy } from "../settings.ts";

/** So many places a slider has. */
const places = 200;

type Ranged = Extract<Setting, { readonly kind: "range" }>;

const toPlace = ({ from, to, log }: Ranged, value: number): number =>
  Math.round(places * (log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)));

const toValue = (range: Ranged, place: number): number => {
  const { from, to, log } = range;
  const share = place / places;
  return Math.max(from, Math.min(to, tidy(log ? from * (to / from) ** share : from + share * (to - from), range)));
};

/** The controls of all settings. `changed` gets what the reader chooses; the function that comes back shows what is set. */
export function controls(root: HTMLElement, changed: (given: Partial<Settings>) => void): (settings: Settings) => void {
  const shows = settingNames.map((name) => control(root, name, changed));
  return (settings) => {
    for (const [i, name] of settingNames.entries()) shows[i](settings[name]);
  };
}

function control(
  root: HTMLElement,
  name: SettingName,
  changed: (given: Partial<Settings>) => void,
): (value: string | number) => void {
  const declared: Setting = declarations[name];
  const id = `setting-${name}`;
  const give = (value: string | number): void => changed({ [name]: value } as Partial<Settings>);
  if (declared.kind === "choice") {
    const select = element("select", { id, name });
    for (const [value, label] of Object.entries(declared.words)) select.append(element("option", { value }, label));
    select.addEventListener("change", () => give(select.value));
    root.append(element("div", { class: "control" }, element("label", { for: id }, declared.label), select));
    return (value) => {
      select.value = String(value);
    };
  }
  const slider = element("input", { id, name, type: "range", min: "0", max: String(places), step: "1" });
  if (declared.whole && !declared.log) {
    slider.min = String(declared.from);
    slider.max = String(declared.to);
  }
  const isExact = declared.whole && !declared.log;
  const value = element("output", { for: id });
  const read = (): number => (isExact ? Number(slider.value) : toValue(declared, Number(slider.value)));
  const tell = (number: number): void => {
    value.textContent = String(number);
    slider.setAttribute("aria-valuetext", String(number));
  };
  slider.addEventListener("input", () => tell(read()));
  slider.addEventListener("change", () => give(read()));
  root.append(element("div", { class: "control" }, element("label", { for: id }, declared.label, " ", value), slider));
  return (number) => {
    slider.value = String(isExact ? number : toPlace(declared, Number(number)));
    tell(Number(number));
  };
}
