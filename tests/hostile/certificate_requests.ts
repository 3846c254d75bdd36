/**
 * The certificate operations and the extended trigger, as the hostile central system asks for them (security white paper §5, §6).
 *
 * Law: nothing that is asked for here is a certificate, so that nothing is ever installed, deleted or signed.
 */
import type { Request } from "./request_cases.ts";
import { object } from "./shapes.ts";

const certificateType = {
  type: "literal",
  good: '"CentralSystemRootCertificate"',
  of: ["CentralSystemRootCertificate", "ManufacturerRootCertificate"],
} as const;
const hash = { type: "text", good: '"ABCDEF"', most: 128 } as const;

export const certificateRequests: readonly Request[] = [
  {
    action: "CertificateSigned",
    shape: object({ certificateChain: { type: "text", good: '"nonsense"', most: 10_000 } }),
    statuses: () => ["Rejected"],
  },
  {
    action: "InstallCertificate",
    shape: object({ certificateType, certificate: { type: "text", good: '"nonsense"', most: 5_500 } }),
    statuses: () => ["Rejected"],
  },
  {
    action: "DeleteCertificate",
    shape: object({
      certificateHashData: object({
        hashAlgorithm: { type: "literal", good: '"SHA256"', of: ["SHA256", "SHA384", "SHA512"] },
        issuerNameHash: hash,
        issuerKeyHash: hash,
        serialNumber: { type: "text", good: '"FFF"', most: 40 },
      }),
    }),
    statuses: () => ["NotFound"],
  },
  {
    action: "GetInstalledCertificateIds",
    shape: object({ certificateType }),
    statuses: () => ["NotFound"],
  },
  {
    action: "ExtendedTriggerMessage",
    place: "requestedMessage",
    shape: object({ requestedMessage: { type: "text", good: '"Nonsense"', most: 50 } }),
    statuses: () => ["NotImplemented"],
  },
];
