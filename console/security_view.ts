/**
 * The security of a charger as a person reads it: `inspect security`.
 *
 * Law: pure; every word of it is in the answer that it is made from.
 */
import type { SecurityAnswer } from "./security_answer.ts";
import { alignColumns, formatDuration, type Palette, printable } from "./terminal.ts";

type Certificate = SecurityAnswer["certificates"][number];

/** The charger itself asks for another then (A03); a root has to be replaced by a person. */
const soonMs = 30 * 86_400_000;

/** Without a line break at the end. */
export function renderSecurity(answer: SecurityAnswer, palette: Palette): string {
  const { entries, brokenAt, undelivered } = answer.log;
  const chain = brokenAt === null ? palette.good("intact") : palette.bad(`broken at entry ${brokenAt}`);
  const unsent = undelivered === 0 ? "" : `, ${palette.bad(`${undelivered} will never be sent`)}`;
  const facts = [
    ["profile", profile(answer, palette)],
    ["log", `${entries} entries, chain ${chain}${unsent}`],
  ].map(([name = "", text = ""]) => [palette.dim(name), text]);
  return [...alignColumns(facts), "", ...certificates(answer, palette), "", ...pending(answer, palette)].join(
    "\n",
  );
}

function profile({ securityProfile, unproven }: SecurityAnswer, palette: Palette): string {
  if (unproven.length === 0) return String(securityProfile);
  return `${securityProfile}, ${palette.busy(`to be proven: ${unproven.join(", ")}`)}`;
}

function certificates({ at, certificates }: SecurityAnswer, palette: Palette): readonly string[] {
  if (certificates.length === 0) return ["no certificate is installed"];
  const head = ["certificate", "state", "subject", "issuer", "serial number", "valid until"].map(palette.dim);
  return alignColumns([
    head,
    ...certificates.map((certificate) => [
      certificate.use,
      certificate.state === "installed" ? palette.good(certificate.state) : palette.busy(certificate.state),
      printable(certificate.subject),
      printable(certificate.issuer),
      certificate.serialNumber,
      validity(certificate, Date.parse(at), palette),
    ]),
  ]);
}

function validity({ notBefore, notAfter }: Certificate, nowMs: number, palette: Palette): string {
  const leftMs = Date.parse(notAfter) - nowMs;
  if (Date.parse(notBefore) > nowMs) return `${notAfter}, ${palette.busy(`not before ${notBefore}`)}`;
  if (leftMs < 0) return palette.bad(`${notAfter}, expired`);
  const left = `${formatDuration(leftMs)} left`;
  return `${notAfter}, ${leftMs < soonMs ? palette.bad(left) : left}`;
}

function pending({ pendingEvents }: SecurityAnswer, palette: Palette): readonly string[] {
  if (pendingEvents.length === 0) return ["no security event waits to be sent"];
  const head = ["waits to be sent", "time", "event", "said of it"].map(palette.dim);
  return alignColumns([
    head,
    ...pendingEvents.map(({ number, timestamp, type, techInfo }) => [
      String(number),
      timestamp,
      palette.busy(printable(type)),
      printable(techInfo),
    ]),
  ]);
}
