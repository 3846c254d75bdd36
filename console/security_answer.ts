/**
 * What `GET /security` answers, as JSON, and what `inspect security` reads of it.
 *
 * Law: as in `answers.ts`; and no password and no key is in it.
 */
import { z } from "zod";

const SecurityProfile = z.literal([0, 1, 2, 3]);

export const SecurityAnswer = z.object({
  at: z.string(),
  /** With which the central system has served the charger last. */
  securityProfile: SecurityProfile,
  /** Of changes that are still to be proven, the newest first. */
  unproven: z.array(SecurityProfile),
  certificates: z.array(z.object({
    use: z.enum(["ChargePointCertificate", "CentralSystemRootCertificate", "ManufacturerRootCertificate"]),
    state: z.enum(["installed", "unproven", "upcoming", "fallback"]),
    subject: z.string(),
    issuer: z.string(),
    serialNumber: z.string(),
    notBefore: z.string(),
    notAfter: z.string(),
  })),
  log: z.object({
    entries: z.number(),
    /** The number of the first entry that is missing or was changed; null: the chain is intact. */
    brokenAt: z.number().nullable(),
    /** How many that were to be sent never will be. */
    undelivered: z.number(),
  }),
  /** Security events that are to be sent and have not arrived yet, the oldest first. */
  pendingEvents: z.array(z.object({
    number: z.number(),
    timestamp: z.string(),
    type: z.string(),
    techInfo: z.string(),
  })),
});
export type SecurityAnswer = z.infer<typeof SecurityAnswer>;
