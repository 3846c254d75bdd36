/**
 * Certificates as objects of OpenSSL's: lent out of PEM, judged as roots, written as PEM.
 *
 * Law: what is lent is freed when it comes back, on every path.
 */
import { TlsFailed } from "../stream.ts";
import { type Handle, type Openssl, opensslFailed, takeErrors } from "./openssl_library.ts";

/** Lends what stands in the PEM text, at least one certificate. Throws a `TlsFailed` where there is none. */
export function withCertificates<T>(
  openssl: Openssl,
  what: string,
  pem: string,
  use: (certificates: readonly Handle[]) => T,
): T {
  const certificates: Handle[] = [];
  try {
    withMemory(openssl, new TextEncoder().encode(pem), (memory) => {
      for (;;) {
        const certificate = openssl.PEM_read_bio_X509(memory, null, null, null);
        if (certificate === null) break;
        certificates.push(certificate);
      }
    });
    if (certificates.length === 0) throw opensslFailed(openssl, "other", `read ${what}`);
    // The end of the text is an error to the library.
    openssl.ERR_clear_error();
    return use(certificates);
  } finally {
    for (const certificate of certificates) openssl.X509_free(certificate);
  }
}

/** Why the library cannot use what stands there: it does not read it, or an extension that it knows is none. */
export function certificateFlaw(openssl: Openssl, pem: string): string | null {
  openssl.ERR_clear_error();
  try {
    return withCertificates(openssl, "a root with OpenSSL", pem, ([certificate = null]) => {
      if (openssl.X509_check_purpose(certificate, NO_PURPOSE, 0) === 1) return null;
      const words = takeErrors(openssl).map(({ text }) => text);
      return ["cannot use a root with OpenSSL: an extension is malformed", ...words].join(": ");
    });
  } catch (error) {
    if (error instanceof TlsFailed) return error.message;
    throw error;
  }
}

/** Then it is only read to its end. */
const NO_PURPOSE = -1;

export function withMemory<T>(
  openssl: Openssl,
  bytes: Uint8Array<ArrayBuffer>,
  use: (memory: Handle) => T,
): T {
  const memory = openssl.BIO_new(openssl.BIO_s_mem());
  try {
    openssl.BIO_write(memory, bytes, bytes.length);
    return use(memory);
  } finally {
    openssl.BIO_free(memory);
  }
}

export function pemOf(openssl: Openssl, certificate: Handle): string {
  return withMemory(openssl, new Uint8Array(0), (memory) => {
    openssl.PEM_write_bio_X509(memory, certificate);
    return new TextDecoder().decode(takeBytes(openssl, memory));
  });
}

/** What a memory holds, taken out of it. */
export function takeBytes(openssl: Openssl, memory: Handle): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Number(openssl.BIO_ctrl_pending(memory)));
  if (bytes.length > 0) openssl.BIO_read(memory, bytes, bytes.length);
  return bytes;
}
