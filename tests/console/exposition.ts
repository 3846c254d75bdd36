/**
 * Prometheus' text format, version 0.0.4, read line by line (prometheus.io/docs/instrumenting/exposition_formats).
 *
 * Law: what the format does not allow is refused with its line, so that a test that reads anything has proved its form.
 */

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ExposedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) ([^\\n]*)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE_LINE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (NaN|[+-]Inf|[-+0-9.e]+)$`);
/** What may follow a family's name in its samples. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [""],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
};

export function parseExposition(text: string): readonly ExposedFamily[] {
  if (!text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  const families: { name: string; type: string; help: string; series: Series[] }[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const [, helped, help] = HELP_LINE.exec(line) ?? [];
    const [, typed, type] = TYPE_LINE.exec(line) ?? [];
    const family = families.at(-1);
    if (helped !== undefined && help !== undefined) {
      if (families.some(({ name }) => name === helped)) throw new Error(`told in two places: ${line}`);
      families.push({ name: helped, type: "", help, series: [] });
    } else if (family === undefined) throw new Error(`begin with HELP: ${line}`);
    else if (typed !== undefined && type !== undefined) {
      if (typed !== family.name || family.series.length > 0) {
        throw new Error(`TYPE belongs after HELP: ${line}`);
      }
      family.type = type;
    } else family.series.push(sample(line, family));
  }
  return families;
}

function sample(line: string, family: { name: string; type: string; series: readonly Series[] }): Series {
  const match = SAMPLE_LINE.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const [, name = "", labelText = ""] = match;
  const value = Number((match.at(-1) ?? "").replace("Inf", "Infinity"));
  if (!SUFFIXES[family.type]?.some((suffix) => name === family.name + suffix)) {
    throw new Error(`not of the family ${family.name}: ${line}`);
  }
  const pairs = [...labelText.matchAll(new RegExp(LABEL, "g"))].map(([, label = "", quoted = ""]) => [
    label,
    quoted.replaceAll(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter),
  ]);
  const labels = Object.fromEntries(pairs);
  if (Object.keys(labels).length !== pairs.length) throw new Error(`a label twice: ${line}`);
  const same = (one: Series) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels);
  if (family.series.some(same)) throw new Error(`the same series twice: ${line}`);
  return { name, labels, value };
}
