/** The certificate cases of the OCTT, on both drivers of TLS, against the real program. */
import { certificateCases } from "./certificate_cases.ts";
import { drivers, onBench } from "./certificate_lab.ts";

for (const driver of Object.keys(drivers) as (keyof typeof drivers)[]) {
  Deno.test(`the certificate cases of the OCTT, in security profile 3 (${driver})`, async (t) => {
    await onBench(driver, async (bench) => {
      for (const [id, run] of Object.entries(certificateCases)) await t.step(id, () => run(bench));
    });
  });
}
