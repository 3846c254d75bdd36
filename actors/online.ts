/**
 * Whether the central system can be reached and has accepted this charge point, and who is told.
 *
 * Law: a connection that the charger has closed itself is no outage: until the next dial has told, whoever asks waits (decision D-online).
 */
import type { SecurityProfile } from "../protocol/proof.ts";
import type { BootAnswer, Registered, Registration } from "../protocol/registration.ts";
import { registrationOn } from "../protocol/registration.ts";
import type { Reply, Self } from "./otp/actor.ts";
import type { OutboxParts } from "./outbox.ts";
import type { OutboxMessage } from "./outbox_message.ts";

type Told = Pick<OutboxParts, "station" | "profileScheduler" | "securityLog">;

export class Online {
  readonly #self: Self<OutboxMessage>;
  readonly #told: Told;
  /** The number of the link's connection; null while there is none. */
  #socket: number | null = null;
  /** Of the last connection that this incarnation has heard of. */
  #securityProfile: SecurityProfile = 0;
  /** Null: this incarnation has not been told of it. */
  #registered: Registered | null = null;
  /** Nobody knows whether the central system can be reached: the next dial tells. */
  #isReopening: boolean;
  /** Who asks that meanwhile. */
  readonly #asking: Reply<boolean>[] = [];

  constructor(self: Self<OutboxMessage>, told: Told) {
    this.#self = self;
    this.#told = told;
    // A restart closes the link; a boot has none yet, and waits for nobody.
    this.#isReopening = self.incarnation > 0;
  }

  socket(): number | null {
    return this.#socket;
  }

  isLinkUp(): boolean {
    return this.#socket !== null;
  }

  registration(): Registration {
    return this.#registered === null
      ? "Unregistered"
      : registrationOn(this.#securityProfile, this.#registered);
  }

  linkOpened(socket: number, securityProfile: SecurityProfile): void {
    this.#socket = socket;
    this.#securityProfile = securityProfile;
    this.#isReopening = false;
    this.announce();
  }

  linkLost(atOwnWish: boolean): void {
    this.#socket = null;
    this.#isReopening = atOwnWish;
    this.announce();
  }

  /** What BootNotification was answered counts at once; but Accepted, until that is durable, and told, for no more than Pending. */
  bootAnswered(answered: BootAnswer["status"]): void {
    const securityProfile = this.#securityProfile;
    if (answered !== "Accepted") this.registrationChanged({ registration: answered, securityProfile });
    else if (this.#registered?.registration === "Rejected") {
      this.registrationChanged({ registration: "Pending", securityProfile });
    }
  }

  registrationChanged(registered: Registered): void {
    this.#registered = registered;
    this.#announceOnline();
  }

  announce(): void {
    const up = this.isLinkUp();
    const securityProfile = up ? this.#securityProfile : null;
    this.#self.send(this.#told.station, { kind: "LinkChanged", securityProfile });
    this.#self.send(this.#told.profileScheduler, { kind: "LinkChanged", up });
    this.#announceOnline();
  }

  ask(reply: Reply<boolean>): void {
    this.#asking.push(reply);
    this.#tell();
  }

  #announceOnline(): void {
    this.#self.send(this.#told.securityLog, { kind: "OnlineChanged", online: this.#isOnline() });
    this.#tell();
  }

  #tell(): void {
    if (this.#isReopening || this.#registered === null) return;
    for (const reply of this.#asking.splice(0)) reply(this.#isOnline());
  }

  #isOnline(): boolean {
    return this.isLinkUp() && this.registration() === "Accepted";
  }
}
