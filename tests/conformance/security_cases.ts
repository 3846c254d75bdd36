/**
 * The OCTT's cases of the security extension, by id and title, in the order of `conformance/octt.md` §7; those of firmware
 * (TC_080, TC_081) come with it.
 *
 * Law: the list is the lab's; on which security profiles and stations of ours a case is run is said in `matrix.ts`.
 */

export const securityCases = {
  TC_073_CS: "Update password for HTTP Basic Authentication",
  TC_074_CS: "Update Charge Point Certificate on request",
  TC_075_1_CS: "Install certificate - ManufacturerRootCertificate",
  TC_075_2_CS: "Install certificate - CentralSystemRootCertificate",
  TC_076_CS: "Delete a specific certificate",
  TC_077_CS: "Invalid ChargePointCertificate Security Event",
  TC_078_CS: "Invalid CentralSystemCertificate Security Event",
  TC_079_CS: "Get Security Log",
  TC_083_CS: "Upgrade security profile",
  TC_084_CS: "Downgrade security profile - Rejected",
  TC_085_CS: "Basic Authentication - valid combination",
  TC_086_CS: "TLS - server certificate valid",
  TC_087_CS: "TLS - client certificate valid",
} as const;

export type SecurityCaseId = keyof typeof securityCases;

export const securityCaseIds = Object.keys(securityCases) as readonly SecurityCaseId[];
