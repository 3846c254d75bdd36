/**
 * Whether the central system can be reached and has accepted this charge point, and who is told.
 *
 * Law: a connection that the charger has closed itself is no outage: until the next dial has told, whoever asks waits (decision D-online).
 */
import type { SecurityProfile } from "../protocol/proof.ts";
import type { BootAnswer, Registration } from "../protocol/registration.ts";
import type { Reply, Self } from "./otp/actor.ts";
import type { OutboxParts } from "./outbox.ts";
import type { OutboxMessage } from "./outbox_message.ts";

type Told = Pick<OutboxParts, "station" | "profileScheduler" | "securityLog">;

export class Online {
  readonly #self: Self<OutboxMessage>;
  readonly #told: Told;
  /** The number of the link's connection; null while there is none. */
  #socket: number | null = null;
  /** Of the last connection; null: this incarnation has heard of none. */
  #securityProfile: SecurityProfile | null = null;
  /** Null: this incarnation has not been told of it. */
  #registration: Registration | null = null;
  /** What was answered, was so on a lower security profile: it counts no more, but for the wait of Rejected (decision D-register-anew). */
  #isRaised = false;
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
    const registration = this.#registration ?? "Unregistered";
    return this.#isRaised && registration !== "Rejected" ? "Unregistered" : registration;
  }

  linkOpened(socket: number, securityProfile: SecurityProfile): void {
    this.#socket = socket;
    // TC_083: where another security profile is served may be another central system, which has never heard of us.
    if (securityProfile > (this.#securityProfile ?? securityProfile)) this.#isRaised = true;
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
    this.#isRaised = false;
    if (answered !== "Accepted") this.registrationChanged(answered);
    else if (this.#registration === "Rejected") this.registrationChanged("Pending");
  }

  registrationChanged(registration: Registration): void {
    this.#registration = registration;
    this.#announceOnline();
  }

  announce(): void {
    const up = this.isLinkUp();
    this.#self.send(this.#told.station, { kind: "LinkChanged", up, isRaised: this.#isRaised });
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
    if (this.#isReopening || this.#registration === null) return;
    for (const reply of this.#asking.splice(0)) reply(this.#isOnline());
  }

  #isOnline(): boolean {
    return this.isLinkUp() && this.registration() === "Accepted";
  }
}
