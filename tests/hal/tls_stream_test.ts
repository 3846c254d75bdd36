/** Both drivers of TLS keep the contract. */
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { checkTlsStream } from "../contract/tls_stream_contract.ts";

checkTlsStream({ name: "openssl", create: createOpensslStream, needs: "library", untold: {} });
checkTlsStream({
  name: "node:tls",
  create: createDenoTlsStream,
  needs: "nothing",
  untold: { "that we have no certificate, tls1_2": "cipherSuite" },
});
