/**
 * The two operations of the LocalAuthListManagement profile (OCPP 1.6 §5.10, §5.15).
 *
 * Law: form only. Whether a version, an entry or their number will do is answered by a status (`protocol/local_list.ts`).
 */
import { z } from "zod";
import { IdTagInfo, IdToken, Integer } from "./types.ts";

/** OCPP 1.6 §7.1. Without `idTagInfo` a Differential update removes the idTag. */
export const AuthorizationData = z.strictObject({
  idTag: IdToken,
  idTagInfo: IdTagInfo.exactOptional(),
});
export type AuthorizationData = Readonly<z.infer<typeof AuthorizationData>>;

/** From the central system. OCPP 1.6 §6.27. */
export const GetLocalListVersionRequest = z.strictObject({});
export type GetLocalListVersionRequest = Readonly<z.infer<typeof GetLocalListVersionRequest>>;

/** OCPP 1.6 §6.28. 0 is an empty list, -1 none at all. */
export const GetLocalListVersionResponse = z.strictObject({ listVersion: Integer });
export type GetLocalListVersionResponse = Readonly<z.infer<typeof GetLocalListVersionResponse>>;

/** OCPP 1.6 §7.48. */
export const UpdateType = z.enum(["Full", "Differential"]);
export type UpdateType = z.infer<typeof UpdateType>;

/** From the central system. OCPP 1.6 §6.41. */
export const SendLocalListRequest = z.strictObject({
  listVersion: Integer,
  localAuthorizationList: z.array(AuthorizationData).readonly().exactOptional(),
  updateType: UpdateType,
});
export type SendLocalListRequest = Readonly<z.infer<typeof SendLocalListRequest>>;

/** OCPP 1.6 §6.42, §7.47. */
export const SendLocalListResponse = z.strictObject({
  status: z.enum(["Accepted", "Failed", "NotSupported", "VersionMismatch"]),
});
export type SendLocalListResponse = Readonly<z.infer<typeof SendLocalListResponse>>;
