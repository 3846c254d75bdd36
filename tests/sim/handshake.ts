/**
 * What can become of a charger's knock at the central system's door, other than a connection.
 *
 * Law: plain data, so that a scenario can order it.
 */
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";

export type Handshake = "unavailable" | "noAnswer" | "hangUp" | "wrongSubprotocol" | "noSubprotocol";

export function spoil(knocking: SimulatedPeer, handshake: Handshake): void {
  switch (handshake) {
    case "unavailable":
      return knocking.refuse(503);
    case "noAnswer":
      return;
    case "hangUp":
      return knocking.cut();
    case "wrongSubprotocol":
      return knocking.open("ocpp2.0.1");
    case "noSubprotocol":
      return knocking.open("");
  }
}
