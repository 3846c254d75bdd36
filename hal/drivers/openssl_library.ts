/**
 * The system's OpenSSL 3, through the foreign function interface: what of it is called, where it lies, which one it is.
 *
 * Law: only a file at an absolute path is loaded, one of those that the tasks of `deno.json` allow (`--allow-ffi`). Every
 * function that is named here works in memory and returns at once. Manual: openssl-users, `man 3`.
 */
import { TlsFailed, type TlsFault } from "../stream.ts";

/** An object of the library's; null where it says that there is none. */
export type Handle = Deno.PointerValue;

const [POINTER, BYTES, INT, LONG] = ["pointer", "buffer", "i32", "isize"] as const;

/** `libssl` answers for the names of `libcrypto` too, on which it depends: so the two are of one version. */
const functions = {
  OpenSSL_version_num: { parameters: [], result: "usize" },

  OPENSSL_strlcpy: { parameters: [BYTES, POINTER, "usize"], result: "usize" },

  ERR_clear_error: { parameters: [], result: "void" },
  ERR_get_error: { parameters: [], result: "usize" },
  ERR_error_string_n: { parameters: ["usize", BYTES, "usize"], result: "void" },

  BIO_s_mem: { parameters: [], result: POINTER },
  BIO_new: { parameters: [POINTER], result: POINTER },
  BIO_free: { parameters: [POINTER], result: INT },
  BIO_read: { parameters: [POINTER, BYTES, INT], result: INT },
  BIO_write: { parameters: [POINTER, BYTES, INT], result: INT },
  BIO_ctrl_pending: { parameters: [POINTER], result: "usize" },

  PEM_read_bio_X509: { parameters: [POINTER, POINTER, POINTER, POINTER], result: POINTER },
  PEM_read_bio_PrivateKey: { parameters: [POINTER, POINTER, POINTER, BYTES], result: POINTER },
  PEM_write_bio_X509: { parameters: [POINTER, POINTER], result: INT },
  X509_check_purpose: { parameters: [POINTER, INT, INT], result: INT },
  X509_free: { parameters: [POINTER], result: "void" },
  EVP_PKEY_free: { parameters: [POINTER], result: "void" },
  OPENSSL_sk_new_null: { parameters: [], result: POINTER },
  OPENSSL_sk_push: { parameters: [POINTER, POINTER], result: INT },
  OPENSSL_sk_free: { parameters: [POINTER], result: "void" },
  OPENSSL_sk_num: { parameters: [POINTER], result: INT },
  OPENSSL_sk_value: { parameters: [POINTER, INT], result: POINTER },
  X509_STORE_new: { parameters: [], result: POINTER },
  X509_STORE_free: { parameters: [POINTER], result: "void" },
  X509_STORE_add_cert: { parameters: [POINTER, POINTER], result: INT },
  X509_STORE_CTX_new: { parameters: [], result: POINTER },
  X509_STORE_CTX_free: { parameters: [POINTER], result: "void" },
  X509_STORE_CTX_init: { parameters: [POINTER, POINTER, POINTER, POINTER], result: INT },
  X509_STORE_CTX_set_default: { parameters: [POINTER, BYTES], result: INT },
  X509_STORE_CTX_get0_param: { parameters: [POINTER], result: POINTER },
  X509_STORE_CTX_get_error: { parameters: [POINTER], result: INT },
  X509_verify_cert: { parameters: [POINTER], result: INT },
  X509_VERIFY_PARAM_set1: { parameters: [POINTER, POINTER], result: INT },
  X509_VERIFY_PARAM_set_auth_level: { parameters: [POINTER, INT], result: "void" },
  X509_VERIFY_PARAM_set_flags: { parameters: [POINTER, "usize"], result: INT },
  X509_VERIFY_PARAM_set_hostflags: { parameters: [POINTER, "u32"], result: "void" },
  X509_VERIFY_PARAM_set1_host: { parameters: [POINTER, BYTES, "usize"], result: INT },
  X509_VERIFY_PARAM_set1_ip_asc: { parameters: [POINTER, BYTES], result: INT },
  X509_verify_cert_error_string: { parameters: [LONG], result: POINTER },

  TLS_client_method: { parameters: [], result: POINTER },
  SSL_CTX_new: { parameters: [POINTER], result: POINTER },
  SSL_CTX_free: { parameters: [POINTER], result: "void" },
  SSL_CTX_ctrl: { parameters: [POINTER, INT, LONG, POINTER], result: LONG },
  SSL_CTX_set_options: { parameters: [POINTER, "u64"], result: "u64" },
  SSL_CTX_set_security_level: { parameters: [POINTER, INT], result: "void" },
  SSL_CTX_set_cipher_list: { parameters: [POINTER, BYTES], result: INT },
  SSL_CTX_set_ciphersuites: { parameters: [POINTER, BYTES], result: INT },
  SSL_CTX_set_verify: { parameters: [POINTER, INT, POINTER], result: "void" },
  SSL_CTX_use_certificate: { parameters: [POINTER, POINTER], result: INT },
  SSL_CTX_use_PrivateKey: { parameters: [POINTER, POINTER], result: INT },
  SSL_CTX_check_private_key: { parameters: [POINTER], result: INT },

  SSL_new: { parameters: [POINTER], result: POINTER },
  SSL_free: { parameters: [POINTER], result: "void" },
  SSL_ctrl: { parameters: [POINTER, INT, LONG, BYTES], result: LONG },
  SSL_get0_param: { parameters: [POINTER], result: POINTER },
  SSL_set_bio: { parameters: [POINTER, POINTER, POINTER], result: "void" },
  SSL_set_connect_state: { parameters: [POINTER], result: "void" },
  SSL_do_handshake: { parameters: [POINTER], result: INT },
  SSL_read: { parameters: [POINTER, BYTES, INT], result: INT },
  SSL_write: { parameters: [POINTER, BYTES, INT], result: INT },
  SSL_shutdown: { parameters: [POINTER], result: INT },
  SSL_get_error: { parameters: [POINTER, INT], result: INT },
  SSL_get_version: { parameters: [POINTER], result: POINTER },
  SSL_get_pending_cipher: { parameters: [POINTER], result: POINTER },
  SSL_get_current_cipher: { parameters: [POINTER], result: POINTER },
  SSL_CIPHER_standard_name: { parameters: [POINTER], result: POINTER },
  SSL_get_peer_cert_chain: { parameters: [POINTER], result: POINTER },
} as const satisfies Deno.ForeignLibraryInterface;

export type Openssl = Deno.DynamicLibrary<typeof functions>["symbols"];

/** Where Debian, Fedora, SUSE and Arch keep it, on x86-64 and on ARM64. `deno.json` allows these and no other. */
export const opensslPaths: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu/libssl.so.3",
  "/usr/lib/aarch64-linux-gnu/libssl.so.3",
  "/usr/lib64/libssl.so.3",
  "/lib64/libssl.so.3",
  "/usr/lib/libssl.so.3",
];

/** Takes the first that is there, and keeps it for the life of the process. Throws a `TlsFailed` that says what to install. */
export function loadOpenssl(paths: readonly string[] = opensslPaths): Openssl {
  const misses: string[] = [];
  for (const path of paths) {
    try {
      const { symbols } = Deno.dlopen(path, functions);
      checkVersion(symbols, path);
      return symbols;
    } catch (error) {
      if (error instanceof TlsFailed) throw error;
      misses.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new TlsFailed(
    "other",
    [`cannot load OpenSSL, which this station's tlsDriver "openssl" needs: ${install}`, ...misses].join("; "),
  );
}

const install =
  "install version 3 of it (Debian and Ubuntu: apt install libssl3; Fedora: dnf install openssl-libs)";

function checkVersion(openssl: Openssl, path: string): void {
  const major = openssl.OpenSSL_version_num() >> 28n;
  if (major !== 3n) throw new TlsFailed("other", `cannot use ${path}, which is OpenSSL ${major}: ${install}`);
}

/** A string of the library's, copied by itself: Deno lets nobody read at an address who may not load every library. */
export function textAt(openssl: Openssl, pointer: Handle): string {
  const bytes = new Uint8Array(textBytesMax);
  if (pointer !== null) openssl.OPENSSL_strlcpy(bytes, pointer, BigInt(bytes.length));
  return zeroEndedText(bytes);
}

const textBytesMax = 256;

function zeroEndedText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

/** As the library reads strings. */
export function zeroEnded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** The errors that the library has gathered in this thread, the first cause first; it has none of them afterwards. */
export function takeErrors(openssl: Openssl): readonly { readonly reason: number; readonly text: string }[] {
  const errors = [];
  for (let code = openssl.ERR_get_error(); code !== 0n; code = openssl.ERR_get_error()) {
    const bytes = new Uint8Array(textBytesMax);
    openssl.ERR_error_string_n(code, bytes, BigInt(bytes.length));
    errors.push({ reason: Number(code & 0x7f_ffffn), text: zeroEndedText(bytes) });
  }
  return errors;
}

/** What we cannot do with what we were given, in the library's own words. */
export function opensslFailed(openssl: Openssl, fault: TlsFault, doing: string): TlsFailed {
  const words = takeErrors(openssl).map((error) => error.text);
  return new TlsFailed(fault, [`cannot ${doing}`, ...words].join(": "));
}
