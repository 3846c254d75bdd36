/**
 * The bare program that a figure is compared with: Deno, `ws`, and only what the figure is about.
 *
 *     echo URL           sends back whatever it gets
 *     echo URL DIR       the same, once it has committed there that it got it
 *     client URL DIR     answers GetConfiguration and RemoteStartTransaction, and then commits and sends a StartTransaction
 */
// @ts-types="@types/ws"
import Ws, { type RawData } from "ws";

const [role, url = "", directory] = Deno.args;
const kv = directory === undefined ? null : await Deno.openKv(`${directory}/bare.kv`);
const socket = new Ws(`${url}/${role}`, ["ocpp1.6"], { perMessageDeflate: false });
let count = 0;

socket.on("open", () => {
  send(2, "boot", "BootNotification", { chargePointVendor: "bare", chargePointModel: "client" });
  socket.on("message", role === "echo" ? echo : obey);
});

async function echo(data: RawData, isBinary: boolean): Promise<void> {
  if (kv !== null) await kv.atomic().delete(["outbox", count++]).set(["last"], count).commit();
  socket.send(data, { binary: isBinary });
}

async function obey(data: RawData): Promise<void> {
  const [type, id, action, payload] = JSON.parse(data.toString());
  if (type !== 2) return;
  if (action === "GetConfiguration") {
    const configurationKey = [{ key: payload.key[0], readonly: false, value: "300" }];
    return send(3, id, { configurationKey, unknownKey: [] });
  }
  send(3, id, { status: "Accepted" });
  const start = { connectorId: 1, idTag: payload.idTag, meterStart: 0, timestamp: new Date().toISOString() };
  const message = `transaction-${++count}`;
  await kv?.atomic().set(["transaction", 1], start).set(["outbox", count], start).commit();
  send(2, message, "StartTransaction", start);
}

function send(...frame: readonly unknown[]): void {
  socket.send(JSON.stringify(frame));
}
